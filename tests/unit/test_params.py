"""params.yaml is read strictly."""

import pytest
import yaml

from hindcast import params, paths


@pytest.fixture
def given() -> dict:
    return yaml.safe_load((paths.root() / "params.yaml").read_text())


@pytest.fixture
def load(tmp_path):
    def _load(values) -> params.Params:
        path = tmp_path / "params.yaml"
        path.write_text(yaml.safe_dump(values))
        return params.load(path)

    return _load


def test_the_projects_own_file_is_valid():
    assert params.load().base.seed == params.section("extract")["seed"]


def test_an_unknown_key_is_named_with_its_section(given, load):
    given["extract"]["simulated_evnts"] = 5
    with pytest.raises(params.ParameterError, match=r"extract\.simulated_evnts"):
        load(given)


def test_a_missing_section_is_named(given, load):
    del given["train"]
    with pytest.raises(params.ParameterError, match="train"):
        load(given)


@pytest.mark.parametrize("wrong", ["12000", 12000.5, 0, None])
def test_a_wrong_type_or_range_names_key_and_value(given, load, wrong):
    given["extract"]["simulated_events"] = wrong
    with pytest.raises(params.ParameterError, match=r"extract\.simulated_events.*found"):
        load(given)


def test_what_is_not_yaml_says_so(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text("base: [1, 2")
    with pytest.raises(params.ParameterError, match="not YAML"):
        params.load(path)


def test_a_missing_file_names_the_place(tmp_path):
    with pytest.raises(params.ParameterError, match=r"expected .*params\.yaml"):
        params.load(tmp_path / "params.yaml")


def test_an_unknown_stage_names_the_known_ones():
    with pytest.raises(params.ParameterError, match="extract, validate, warehouse"):
        params.section("extrat")
