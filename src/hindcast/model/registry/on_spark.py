"""Score a Spark frame with a registered model, through MLflow's own ``spark_udf``.

Needs Java and the extra ``spark``. Workers run the Python that ``PYSPARK_PYTHON`` names; set it to
the one this package is installed in.
"""

from typing import TYPE_CHECKING

import mlflow
from mlflow.models import Model
from mlflow.types import Schema

from hindcast.model.encode import FeatureError
from hindcast.model.registry.loading import files, find
from hindcast.model.registry.names import Reference
from hindcast.model.registry.store import Store

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


def forecast(frame: "DataFrame", text: str, store: Store | None = None) -> "DataFrame":
    """Return the frame with the column ``probability``: P(fatal | an accident happened).

    Columns are brought to the types of the model's signature first. Otherwise a column of whole
    numbers passes as long as a batch has a gap in it, which makes it floating in pandas, and is
    refused by MLflow when a batch has none.

    Parameters
    ----------
    frame
        Every feature of the model under its own name; nulls where values are missing.
    text
        A model by alias or version, as `hindcast.model.registry.load` takes it.
    store
        The project's where not given.

    Raises
    ------
    hindcast.model.encode.FeatureError
        The frame lacks features; the message names them.
    hindcast.model.registry.store.RegistryError
        There is no such model, alias or version.
    """
    store = store or Store.of_project()
    root = files(find(Reference.parse(text), store), store)
    declared = Model.load(root).get_input_schema()
    _check(frame.columns, declared, text)
    score = mlflow.pyfunc.spark_udf(
        frame.sparkSession, str(root), result_type="double", env_manager="local"
    )
    return frame.withColumn("probability", score(typed(declared)))


def typed(declared: Schema) -> "Column":
    """Return the declared inputs as one struct, each cast to its type."""
    from pyspark.sql import functions as sql

    types = {one.name: one.type.to_spark() for one in declared.inputs}
    return sql.struct(*(sql.col(name).cast(to).alias(name) for name, to in types.items()))


def _check(columns: list[str], declared: Schema, text: str) -> None:
    if lacking := [name for name in declared.input_names() if name not in columns]:
        raise FeatureError(
            f"the frame lacks {', '.join(lacking)}: {text} reads {len(declared.inputs)} features, "
            "under the names of feature_schema.json"
        )
