"""What POST /predictions/severity answers."""

URL = "/api/v1/predictions/severity"


def test_an_accident_is_answered(client, accident):
    told = client.post(URL, json=accident)
    assert told.status_code == 200, told.text
    assert told.json()["horizon"] == "event"
