"""The errors that tabgan raises on purpose; their messages say what must hold, what was found, what to do.

::

    TabganError                 every error below
    ├── SchemaError             the columns of a table, or a schema file       (also ValueError)
    │   └── ColumnError         one column, which the message names
    ├── DataError               a file that cannot be read, a table without rows (also ValueError)
    ├── TableTooLargeError      beyond what the model is built for              (also ValueError)
    ├── ConditionError          a request that cannot be met                    (also ValueError)
    ├── NoCriticError           a question for a critic that was not kept       (also ValueError)
    ├── TrainingError           training that broke down                        (also RuntimeError)
    └── ModelFileError          a model file that is damaged, foreign or too new (also ValueError)
"""


class TabganError(Exception):
    """Any error that tabgan raises on purpose."""


class SchemaError(TabganError, ValueError):
    """The columns of a table, or a schema file, are not as they must be."""


class ColumnError(SchemaError):
    """One column cannot be handled without loss; the message names it."""


class DataError(TabganError, ValueError):
    """A table cannot be read, or has no rows."""


class TableTooLargeError(TabganError, ValueError):
    """A table is beyond what the model is built for."""


class ConditionError(TabganError, ValueError):
    """A request for rows cannot be met."""


class NoCriticError(TabganError, ValueError):
    """A question for the critic was asked of a model that does not keep it."""


class TrainingError(TabganError, RuntimeError):
    """Training broke down and could not be rescued."""


class ModelFileError(TabganError, ValueError):
    """A model file is damaged, of another format, or from a newer version."""
