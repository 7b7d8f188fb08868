"""Every column of the registry's files is documented beside an example that can be imported."""

import pytest

from actions.actor import SYSTEM, Actor, open_pool
from actions.registry.files import read
from actions.registry.importing import Count, register
from actions.registry.registry_files import FILES
from metering.errors import InputError
from scripts import make_registry_files as page


def test_the_page_is_that_of_the_columns():
    assert page.PAGE.read_text(encoding="utf-8") == page.rendered(), (
        "run python scripts/make_registry_files.py"
    )


@pytest.fixture
def folder(tmp_path):
    for name, columns in FILES.items():
        (tmp_path / name).write_text(page.example(columns), encoding="utf-8")
    return tmp_path


def test_the_examples_are_imported(folder, database):
    with open_pool(database.url("api"), max_size=2) as pool:
        done = register(Actor(pool, SYSTEM), read(folder, "example"))

    assert (done.institutions.made, done.channels.made) == (2, 2)
    assert done.regions == Count(made=1, unchanged=1)
    assert done.notes == ()


@pytest.mark.parametrize("name", FILES)
def test_a_file_lacks_nothing_without_its_optional_columns(folder, name):
    needed = [one for one in FILES[name] if one.needed]
    (folder / name).write_text(page.example(needed), encoding="utf-8")
    registry = read(folder)

    assert all((registry.regions, registry.institutions, registry.channels))


@pytest.mark.parametrize(
    ("name", "column"),
    [(name, one.name) for name, columns in FILES.items() for one in columns if one.needed],
)
def test_a_needed_column_that_is_not_there_is_named(folder, name, column):
    less = [one for one in FILES[name] if one.name != column]
    (folder / name).write_text(page.example(less), encoding="utf-8")

    with pytest.raises(InputError, match=column):
        read(folder)
