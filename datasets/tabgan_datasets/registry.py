"""What is known of each table: where it comes from, its licence, its target and the kinds of its columns."""

from dataclasses import dataclass
from typing import Literal

Task = Literal["binclass", "multiclass", "regression"]
UCI = "CC BY 4.0 (UCI Machine Learning Repository)"
PAYMENTS = ("PAY_0", "PAY_2", "PAY_3", "PAY_4", "PAY_5", "PAY_6")


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table.

    `task` is what predicting `target` is; `categorical` and `datetimes` name columns, anything else is a number
    (`identifiers` are neither); `rows` is what the prepared file holds. `openml` is the number of a data set of
    OpenML with the same columns, `openml_names` maps its column names to ours. `sklearn` names a loader of
    scikit-learn.
    """

    name: str
    origin: str
    licence: str
    target: str
    task: Task | None = None
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
        task="binclass",
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
        task="binclass",
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
        task="binclass",
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
        task="binclass",
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
        task="binclass",
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
        task="binclass",
        categorical=("class",),
        rows=19_020,
        sha256="830a8a559fcde5a301f495afc3e553fa0b979c324af982a6ed78bb65b72e2867",
    ),
    Table(
        name="beijing",
        origin="UCI Beijing PM2.5 (Liang et al. 2015), id 381",
        licence=UCI,
        target="pm2.5",
        task="regression",
        categorical=("year", "month", "day", "hour", "cbwd"),
        rows=41_757,
        sha256="bf3c7b2f034a769ac00fffefbf2efcc363c8029b1b0fdbb6b561612587f43cec",
        note="rows with a missing pm2.5 left out",
    ),
    Table(
        name="news",
        origin="UCI Online News Popularity (Fernandes et al. 2015), id 332",
        licence=UCI,
        target="shares",
        task="regression",
        categorical=("data_channel", "weekday"),
        rows=36_238,
        sha256="c111236b452ec0475a2bbb1368735a1cf808ce1f679cd62d266f7b2104fd1b09",
        note="36,238 of 39,644 rows: scores are near, not equal, to published terms",
    ),
    Table(
        name="diabetes130",
        origin="UCI Diabetes 130-US hospitals 1999-2008 (Strack et al. 2014), id 296",
        licence=UCI,
        target="readmitted",
        task="multiclass",
        categorical=(
            "race",
            "gender",
            "age",
            "weight",
            "admission_type_id",
            "discharge_disposition_id",
            "admission_source_id",
            "payer_code",
            "medical_specialty",
            "diag_1",
            "diag_2",
            "diag_3",
            "max_glu_serum",
            "A1Cresult",
            "metformin",
            "repaglinide",
            "nateglinide",
            "chlorpropamide",
            "glimepiride",
            "acetohexamide",
            "glipizide",
            "glyburide",
            "tolbutamide",
            "pioglitazone",
            "rosiglitazone",
            "acarbose",
            "miglitol",
            "troglitazone",
            "tolazamide",
            "examide",
            "citoglipton",
            "insulin",
            "glyburide-metformin",
            "glipizide-metformin",
            "glimepiride-pioglitazone",
            "metformin-rosiglitazone",
            "metformin-pioglitazone",
            "change",
            "diabetesMed",
            "readmitted",
        ),
        identifiers=("encounter_id", "patient_nbr"),
        rows=101_766,
        sha256="a0a2d93681e0435a40c4ac068588c9951344032399b68f9cbd2509fb6be12853",
        note="'None' of max_glu_serum and A1Cresult is a level (not measured); examide and citoglipton are constant",
    ),
    Table(
        name="acs_income_test",
        origin="US Census ACS PUMS, task ACSIncome of folktables (Ding et al. 2021); state and year not stated",
        licence="public domain (US Census Bureau)",
        target="label",
        task="binclass",
        categorical=(
            "COW",
            "SCHL",
            "MAR",
            "OCCP",
            "POBP",
            "RELP",
            "SEX",
            "RAC1P",
            "label",
        ),
        rows=49_151,
        sha256="3ca36edd8e214460ac2e0142ea051bee370d8d826a92ca17996d61f371bba481",
        note="about a quarter of a larger extract; 526 occupations, 210 places of birth; label: PINCP > 50,000",
    ),
    Table(
        name="caravan",
        origin="UCI Insurance Company Benchmark (COIL 2000), training part, id 125",
        licence=UCI,
        target="Purchase",
        task="binclass",
        categorical=("MOSTYPE", "MOSHOOFD", "Purchase"),
        rows=5_822,
        sha256="e89d49b6fb8fe02d76bb5bb80d8e0dab473bf9f6a72515e30c259f6d7da42269",
        note="86 columns, most of them small integer codes; 6 % of the rows have the rare class",
    ),
    Table(
        name="covertype",
        origin="UCI Covertype (Blackard & Dean 1998), id 31",
        licence=UCI,
        target="Cover_Type",
        task="multiclass",
        categorical=("Wilderness_Area", "Soil_Type", "Cover_Type"),
        rows=388_801,
        note="388,801 of 581,012 rows, shuffled; the 44 one-hot columns folded into two",
    ),
    Table(
        name="nycflights13",
        origin="R package nycflights13 (Wickham), flights (US BTS on-time data 2013)",
        licence="CC0",
        target="arr_delay",
        task="regression",
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
        task="multiclass",
        categorical=("letter",),
        rows=20_000,
        sha256="c86a4942418efafd6589aa211cb5744467da1b581e28e975b1bd97af1834923c",
    ),
    Table(
        name="nursery",
        origin="UCI Nursery, id 76",
        licence=UCI,
        target="class",
        task="multiclass",
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
        task="multiclass",
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
        task="binclass",
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
        task="regression",
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
