"""On which machine, and by which state of the code, figures were reached."""

from collections.abc import Mapping, Sequence
from string import ascii_lowercase

from benchmarks.results import Record

Letters = Mapping[str, str]  # of machines


def machine_of(record: Record) -> str:
    """Processor and threads of a training."""
    return f"{record['processor']}, {record.get('threads', record['cores'])} thread(s)"


def letters_of(records: Sequence[Record]) -> Letters:
    """A letter for each machine, by which lines of tables name it."""
    machines = sorted({machine_of(record) for record in records if "processor" in record})
    return dict(zip(machines, ascii_lowercase, strict=False))


def provenance(runs: Sequence[Record], letters: Letters) -> str:
    """Letters of the machines and commits of the runs behind a line, in the order in which they ran."""
    ran = [run for run in runs if "processor" in run]
    machines = dict.fromkeys(letters[machine_of(run)] for run in ran)
    commits = dict.fromkeys(str(run["commit"]) for run in ran if run.get("commit"))
    return " ".join([*machines, *commits])


def legend(records: Sequence[Record], letters: Letters) -> str:
    """What the letters stand for, versions of packages, and the judge where it is not the published one."""
    ran = [record for record in records if "versions" in record]
    versions = {", ".join(f"{k} {v}" for k, v in record["versions"].items() if v) for record in ran}
    peers = {f"{r['method']} {r['version']}" for r in ran if r.get("version")}
    lines = [
        f"Machines: {'; '.join(f'*{letter}* {machine}' for machine, letter in letters.items())}.",
        f"Versions: {'; '.join(sorted(versions))}.",
    ]
    if peers:
        lines.append(f"Versions of others, each with the packages it asks for: {', '.join(sorted(peers))}.")
    judges = sorted({record["judge"] for record in ran if "judge" in record})
    if judges not in ([], ["xgb"]):
        lines.append(f"Judge of C2ST: {', '.join(judges)} (published scores use xgb: `pip install xgboost`).")
    return "\n".join(lines)
