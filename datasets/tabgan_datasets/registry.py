"""What is known of each table: where it comes from, its licence, its target and the kinds of its columns."""

from dataclasses import dataclass

UCI = "CC BY 4.0 (UCI Machine Learning Repository)"
PAYMENTS = ("PAY_0", "PAY_2", "PAY_3", "PAY_4", "PAY_5", "PAY_6")


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table.

    `categorical` and `datetimes` name columns, anything else is a number (`identifiers` are neither);
    `rows` is what the prepared file holds. `openml` is the number of a data set of OpenML with the same
    columns, `openml_names` maps its column names to ours. `sklearn` names a loader of scikit-learn.
    """

    name: str
    origin: str
    licence: str
    target: str
    categorical: tuple[str, ...] = ()
    datetimes: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    rows: int
    sha256: str | None = None
    openml: int | None = None
    openml_names: tuple[tuple[str, str], ...] = ()
    sklearn: str | None = None
    note: str = ""


ADULT_CATEGORIES = (
    "workclass",
    "education",
    "marital.status",
    "occupation",
    "relationship",
    "race",
    "sex",
    "native.country",
    "income",
)

TABLES: tuple[Table, ...] = (
    Table(
        name="loans",
        origin="simulated: tabgan_datasets/loans.py",
        licence="Apache-2.0 (this project)",
        target="defaulted",
        categorical=("region", "purpose", "employment", "owns_home", "rating", "defaulted"),
        datetimes=("opened",),
        identifiers=("loan_id",),
        rows=5_000,
        note="bundled; rating follows exactly from score",
    ),
    Table(
        name="adult",
        origin="UCI Adult / Census Income (1996), adult.data, id 2",
        licence=UCI,
        target="income",
        categorical=ADULT_CATEGORIES,
        rows=32_561,
        sha256="81df1fc777cb0d157b6a4ff9a38e59581e34cea8bbf344fe4329f97d7b9a3934",
        openml=1590,
        openml_names=(
            ("education-num", "education.num"),
            ("marital-status", "marital.status"),
            ("capital-gain", "capital.gain"),
            ("capital-loss", "capital.loss"),
            ("hours-per-week", "hours.per.week"),
            ("native-country", "native.country"),
            ("class", "income"),
        ),
        note="the official training part; from OpenML both parts come together, 48,842 rows",
    ),
    Table(
        name="adult_test",
        origin="UCI Adult / Census Income (1996), adult.test, id 2",
        licence=UCI,
        target="income",
        categorical=ADULT_CATEGORIES,
        rows=16_281,
        sha256="dfd9466dead5c97d3c3f5d1c2b358fbaa9de27352d86657cd8295107b8dd212d",
        note="the official test part; the trailing dot of the label removed",
    ),
    Table(
        name="default",
        origin="UCI Default of Credit Card Clients (Yeh & Lien 2009), id 350",
        licence=UCI,
        target="default payment next month",
        categorical=("SEX", "EDUCATION", "MARRIAGE", *PAYMENTS, "default payment next month"),
        rows=30_000,
        sha256="38391bbc64f8ec5c231ef768d164fdd1baf6ed988c6953bc4475be8651ff31fc",
        note="without the column ID",
    ),
    Table(
        name="shoppers",
        origin="UCI Online Shoppers Purchasing Intention (Sakar et al. 2018), id 468",
        licence=UCI,
        target="Revenue",
        categorical=(
            "Month",
            "OperatingSystems",
            "Browser",
            "Region",
            "TrafficType",
            "VisitorType",
            "Weekend",
            "Revenue",
        ),
        rows=12_330,
        sha256="d8e130ba51532985f93281a73ce299e6ce150cb915769a7962a11e595eadd6a1",
    ),
    Table(
        name="magic",
        origin="UCI MAGIC Gamma Telescope (Bock 2007), id 159",
        licence=UCI,
        target="class",
        categorical=("class",),
        rows=19_020,
        sha256="830a8a559fcde5a301f495afc3e553fa0b979c324af982a6ed78bb65b72e2867",
    ),
    Table(
        name="beijing",
        origin="UCI Beijing PM2.5 (Liang et al. 2015), id 381",
        licence=UCI,
        target="pm2.5",
        categorical=("cbwd",),
        rows=41_757,
        sha256="bf3c7b2f034a769ac00fffefbf2efcc363c8029b1b0fdbb6b561612587f43cec",
        note="rows with a missing pm2.5 left out; some papers take year, month, day, hour as categories too",
    ),
    Table(
        name="news",
        origin="UCI Online News Popularity (Fernandes et al. 2015), id 332",
        licence=UCI,
        target="shares",
        categorical=("data_channel", "weekday"),
        rows=36_238,
        sha256="c111236b452ec0475a2bbb1368735a1cf808ce1f679cd62d266f7b2104fd1b09",
        note="36,238 of 39,644 rows: scores are near, not equal, to published terms",
    ),
    Table(
        name="covertype",
        origin="UCI Covertype (Blackard & Dean 1998), id 31",
        licence=UCI,
        target="Cover_Type",
        categorical=("Wilderness_Area", "Soil_Type", "Cover_Type"),
        rows=388_801,
        note="388,801 of 581,012 rows, shuffled; the 44 one-hot columns folded into two",
    ),
    Table(
        name="nycflights13",
        origin="R package nycflights13 (Wickham), flights (US BTS on-time data 2013)",
        licence="CC0",
        target="arr_delay",
        categorical=("carrier", "tailnum", "flight", "origin", "dest"),
        datetimes=("date", "dep_datetime"),
        rows=336_776,
        note="missing values together in cancelled flights; 4,043 tail numbers, 3,844 flight numbers",
    ),
    Table(
        name="letter",
        origin="UCI Letter Recognition, id 59",
        licence=UCI,
        target="letter",
        categorical=("letter",),
        rows=20_000,
        sha256="c86a4942418efafd6589aa211cb5744467da1b581e28e975b1bd97af1834923c",
    ),
    Table(
        name="nursery",
        origin="UCI Nursery, id 76",
        licence=UCI,
        target="class",
        categorical=(
            "parents",
            "has_nurs",
            "form",
            "children",
            "housing",
            "finance",
            "social",
            "health",
            "class",
        ),
        rows=12_960,
        sha256="cfd50f92b8b65b8d398670ce13f1e78fbc0d452ff26906de8b4497f909716951",
        openml=26,
        note="a full factorial: every combination once, so DCR means nothing here",
    ),
    Table(
        name="wine",
        origin="UCI Wine (Aeberhard & Forina 1992), id 109",
        licence=UCI,
        target="target",
        categorical=("target",),
        rows=178,
        sklearn="load_wine",
        note="comes with scikit-learn",
    ),
    Table(
        name="breast_cancer",
        origin="UCI Breast Cancer Wisconsin (Diagnostic, Wolberg et al. 1995), id 17",
        licence=UCI,
        target="target",
        categorical=("target",),
        rows=569,
        sklearn="load_breast_cancer",
        note="comes with scikit-learn",
    ),
    Table(
        name="diabetes",
        origin="Diabetes progression (Efron et al. 2004, Least Angle Regression)",
        licence="public, with the paper",
        target="target",
        rows=442,
        sklearn="load_diabetes",
        note="comes with scikit-learn",
    ),
)


def find_table(name: str) -> Table:
    """The entry of that name.

    Raises
    ------
    KeyError
        When there is none; the message lists the names.
    """
    for table in TABLES:
        if table.name == name:
            return table
    raise KeyError(f"no table named {name!r}; the registry has {', '.join(t.name for t in TABLES)}")
