# SPDX-License-Identifier: Apache-2.0
"""Help, wrong usage, exit statuses, manual pages and completions."""

import re
import shutil
import subprocess

from program import DIGITS, PROGRAM, Skip, fails, main, parse_json, run, write


def commands():
    text = run("--help").stdout
    return re.findall(r"^  (\w+) ", text[text.index("Commands:") :], re.M)


def test_help():
    names = commands()
    for name in ("train", "check", "eval", "predict", "inspect", "run", "report", "ops", "data"):
        assert name in names, name
    for name in names:
        long = run(name, "--help")
        assert long.stderr == ""
        assert long.stdout == run("help", name).stdout
        assert long.stdout.startswith(f"Usage: faltung {name}")
        assert max(map(len, long.stdout.splitlines())) <= 100
    assert run("-h").stdout == run("--help").stdout
    everything = run("help", "--all").stdout
    assert all(f"Usage: faltung {name}" in everything for name in names)
    # help is given beside any mistake
    run("train", "--nonsense", "--help")


def test_version():
    assert re.fullmatch(r"faltung \d+\.\d+\.\d+\n", run("--version").stdout)


def test_wrong_usage():
    nothing = run(status=2)
    assert nothing.stdout == "" and "Commands:" in nothing.stderr
    fails("trian", says=["`trian`", "did you mean `faltung train`?"])
    fails("xyzzy", says=["faltung --help"])
    fails("--threads", "3", "train", says=["the command comes before"])
    fails("train", "--epoch", "3", says=["--epoch", "did you mean --epochs?"])
    fails("train", "--xyzzy", says=["faltung train --help"])
    fails("train", "--threads", "many", "x.yaml", says=["many"])
    fails("train", "--threads", "-1", "x.yaml", says=["--threads"])
    fails("train", says=["an experiment file is missing"])
    fails("train", "a.yaml", "b.yaml", says=["too many arguments"])
    fails("check", says=["an argument is missing", "FILE.yaml"])
    fails("predict", "a.h5", says=["needs INPUT"])
    fails("help", "tran", says=["did you mean"])
    fails("ops", "--json", "dens", says=["did you mean 'dense'"])
    fails("completion", "tcsh", says=["bash, zsh and fish"])
    fails("help", "--man", "faltung-nix", says=["nix"])


def test_dash_dash():
    write("-odd.yaml", DIGITS)
    run("check", "--", "-odd.yaml")


def test_ops():
    table = run("ops").stdout
    for name in ("dense", "conv2d", "max_pool2d", "flatten", "dropout", "tanh"):
        assert re.search(rf"^{name} ", table, re.M), name
        page = run("ops", name).stdout
        # conv1d to conv3d share theirs
        family = re.search(r"static void (\w+)_forward_reference", page).group(1)
        assert "Equation" in page and family in name
        one = parse_json(run("ops", name, "--json").stdout)
        assert one["name"] == name and one["code"] in page and one["equation"] in page
    assert "must be given" in run("ops", "dense").stdout
    rules = parse_json(run("rules", "--json").stdout)
    list_of_rules = run("rules").stdout
    for rule in rules:
        assert f"\n{rule['name']} " in list_of_rules, rule["name"]
        page = run("rules", rule["name"]).stdout
        assert rule["title"] in page and rule["key"] in page
        assert (rule["equation"] is None) == (rule["for"] == "stopping rule")
        assert rule["equation"] is None or rule["equation"] in page
        assert all(parameter["name"] in page for parameter in rule["parameters"])
    fails("rules", "adm", says=["did you mean 'adam'"])
    fails("rules", "qqqqqqqqqqqq", says=["faltung rules"])
    everything = parse_json(run("ops", "--json").stdout)
    assert {row["name"] for row in everything} == set(re.findall(r"^(\w+)  ", table, re.M)) - {
        "name"
    }


def test_manual_pages():
    if not shutil.which("groff"):
        raise Skip("groff is not installed")
    for page in ["faltung"] + [f"faltung-{name}" for name in commands()]:
        text = run("help", "--man", page).stdout
        checked = subprocess.run(
            ["groff", "-man", "-ww", "-Tutf8", "-z"], input=text, capture_output=True, text=True
        )
        assert checked.returncode == 0 and checked.stderr == "", (page, checked.stderr)


def complete(line):
    """What bash offers for the last word of @line."""
    script = (
        f"source <('{PROGRAM}' completion bash); COMP_WORDS=({line}); "
        'COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _faltung; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    out = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert out.stderr == "", out.stderr
    return set(out.stdout.split())


def test_bash_completion():
    for name in ("a.yaml", "b.h5", "c.txt"):
        write(name, "")
    assert {"train", "report", "--help"} <= complete("faltung ''")
    assert complete("faltung tr") == {"train"}
    assert "--epochs" in complete("faltung train --e")
    assert "--origin" not in complete("faltung train --")
    assert complete("faltung train ''") >= {"a.yaml"}
    assert "c.txt" not in complete("faltung train ''")
    assert complete("faltung eval ''") == {"b.h5"}
    assert complete("faltung help ch") == {"check"}
    assert complete("faltung predict b.h5 ''") == {"a.yaml", "b.h5", "c.txt"}


def test_other_completions():
    for shell in ("zsh", "fish"):
        text = run("completion", shell).stdout
        for name in commands():
            assert name in text, (shell, name)
        assert "momentum" not in text and "--resume" in text or "-l resume" in text
        if shutil.which(shell):
            write("script", text)
            subprocess.run([shell, "-n", "script"], check=True)


def test_output_that_cannot_be_written():
    with open("/dev/full", "w") as full:
        result = subprocess.run([PROGRAM, "ops"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert result.returncode == 1 and "could not be written" in result.stderr


if __name__ == "__main__":
    main(globals())
