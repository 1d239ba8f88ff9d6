"""docs/benchmarks.md and its plots, from the results."""

import statistics

from parts import PARTS, Row

BEGIN, END = "<!-- results: written by `make bench` -->", "<!-- end of results -->"


def write(docs, results):
    """Replaces the results in the page, and the plots beside it."""
    (docs / "benchmarks").mkdir(exist_ok=True)
    measured = [(part, callers, results[f"{part.name}, {callers}"])
                for part in PARTS for callers in part.callers if f"{part.name}, {callers}" in results]
    lines = ["", *targets(measured)]
    for part in PARTS:
        runs = [(callers, result) for each, callers, result in measured if each is part]
        if runs:
            picture = part.name.replace(" ", "-").lower() + ".svg"
            plot(docs / "benchmarks" / picture, part, runs)
            lines += section(part, runs, picture)
    if "stampede" in results:
        lines += ["", "### stampede", "", "64 callers want the token of one installation at the same moment, and once more. How often the "
                  "platform was asked to mint:", "", "| language | program | mintings |", "|---|---|---|"]
        lines += [f"| {row['language']} | {row['name']} | {row['minted']} |" for row in results["stampede"]["rows"]]
    if "start" in results:
        lines += ["", "### start", "", "A whole process, to the first token over TLS. Medians; memory is the largest that was resident (`VmHWM`).", "",
                  "| language | program | ms | MiB |", "|---|---|---|---|"]
        lines += [f"| {row['language']} | {row['name']} | {row['ms']:.0f} | {row['mib']:.0f} |" for row in results["start"]["rows"]]
    path = docs / "benchmarks.md"
    text = path.read_text()
    before, rest = text.split(BEGIN)
    path.write_text(before + BEGIN + "\n" + "\n".join(lines).strip("\n") + "\n" + END + rest.split(END)[1])


def rate_of(result, wanted):
    return statistics.median(next(row for row in result["rows"] if Row(row["language"], row["name"]) == wanted)["rates"])


def targets(measured):
    """Each target, and whether it is reached."""
    lines = ["| part | at once | language | beside | to reach | is | |", "|---|---|---|---|---|---|---|"]
    for part, callers, result in measured:
        for target in part.targets:
            ratio = rate_of(result, Row(target.language, "appmint")) / rate_of(result, target.beside)
            verdict = "reached" if ratio >= target.least else "missed"
            lines.append(f"| {part.name} | {callers} | {target.language} | {target.beside.name} | {target.least:.2f} × | {ratio:.2f} × | {verdict} |")
    return lines


def section(part, runs, picture):
    lines = ["", f"### {part.name}", "", part.about, "", f"![Rates by program](benchmarks/{picture})"]
    for callers, result in runs:
        lines += ["", f"{callers} at once; {result['at']}, {result['machine']}, load {result['load']:.1f}:", "",
                  "| language | program | per second | time | spread | CPU |", "|---|---|---|---|---|---|"]
        for row in result["rows"]:
            rate = statistics.median(row["rates"])
            low, _, high = statistics.quantiles(row["rates"], n=4)
            spread = (high - low) / rate / 2 * 100
            lines.append(f"| {row['language']} | {row['name']} | {number(rate)} | {duration(1 / rate)} | ± {spread:.0f} % | {duration(row['cpu_us'] / 1e6)} |")
    return lines


def number(rate):
    return f"{rate:,.0f}".replace(",", " ")


def duration(seconds):
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{figures(seconds / size)} {unit}"
    return f"{figures(seconds / 1e-9)} ns"


def figures(value):
    """Three of them."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def plot(path, part, runs):
    import matplotlib
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "appmint"
    from matplotlib import pyplot
    callers, result = runs[min(1, len(runs) - 1)]
    rows = result["rows"][::-1]
    figure, axes = pyplot.subplots(figsize=(8, 0.5 + 0.32 * len(rows)), layout="constrained")
    colors = ["#2a6f97" if row["name"] == "appmint" else "#b8bcc2" for row in rows]
    rates = [statistics.median(row["rates"]) for row in rows]
    errors = [[max(0, rate - statistics.quantiles(row["rates"], n=4)[0]) for rate, row in zip(rates, rows, strict=True)],
              [max(0, statistics.quantiles(row["rates"], n=4)[2] - rate) for rate, row in zip(rates, rows, strict=True)]]
    axes.barh([f"{row['language']}: {row['name']}" for row in rows], rates, xerr=errors, color=colors, ecolor="#555555")
    axes.set_xscale("log")
    axes.set_xlabel(f"{part.name}: per second, {callers} at once")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
