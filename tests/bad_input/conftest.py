import pytest

# What fails in there is told as fully as what fails in a test.
pytest.register_assert_rewrite("oracle")
