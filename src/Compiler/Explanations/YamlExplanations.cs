using System.Collections.Immutable;

namespace Slipway.Compiler.Explanations;

/// <summary>Band 00xx: the text of a YAML file.</summary>
internal static class YamlExplanations
{
    private const string Job = """
        build:
          script: make
        """;

    public static ImmutableArray<DiagnosticTable.Entry> All { get; } =
    [
        new(
            DiagnosticCode.NoContent,
            "The file is blank.",
            ["Please provide content of .gitlab-ci.yml"],
            "Write at least one job: a name, and under it a script."
        )
        {
            Wrong = "",
            Right = Job,
        },
        new(
            DiagnosticCode.YamlSyntax,
            "The text is not YAML. The words are those of libyaml, the parser GitLab uses; the real mistake is often a line or two above the place.",
            ["(<unknown>): {problem} at line {line} column {column}"],
            "Look at indentation, at open quotes and brackets, and at texts with a colon or a # in them, which want quotes."
        )
        {
            Wrong = """
                build:
                  script: "make
                """,
            Right = Job,
        },
        new(
            DiagnosticCode.UnknownAlias,
            "An alias (*name) stands before, or without, the anchor (&name) it repeats.",
            ["Unknown alias: {name}"],
            "Anchors count only from where they stand to the end of their own file; across files use extends or !reference."
        )
        {
            Wrong = """
                build:
                  script: *steps
                """,
            Right = """
                .steps: &steps
                  - make
                build:
                  script: *steps
                """,
        },
        new(
            DiagnosticCode.UnspecifiedClass,
            "A plain value reads as a date or a time, or a tag names a class of Ruby; GitLab loads neither.",
            ["Tried to load unspecified class: {class}"],
            "Put the value in quotes, so that it is a text."
        )
        {
            Wrong = """
                build:
                  variables:
                    SINCE: 2024-01-31
                  script: make
                """,
            Right = """
                build:
                  variables:
                    SINCE: "2024-01-31"
                  script: make
                """,
        },
        new(
            DiagnosticCode.InvalidReference,
            "What stands behind !reference is no list of names, or it stands where YAML merges maps.",
            ["!reference {value} is not valid", "!reference {value} cannot be merged with <<"],
            "Write !reference [JOB, KEYWORD]; to take over a whole job use extends."
        )
        {
            Wrong = """
                .setup:
                  script: make
                build:
                  script: !reference .setup
                """,
            Right = """
                .setup:
                  script: make
                build:
                  script: !reference [.setup, script]
                """,
        },
        new(
            DiagnosticCode.YamlTooBig,
            "A file has more than 2 MiB, more values than a configuration may have (an alias counts each time it is used), or is nested too deep.",
            ["The parsed YAML is too big"],
            "Split the work into child pipelines, or let jobs share more by extends and less by anchors."
        ),
        new(
            DiagnosticCode.InvalidFormat,
            "The file is YAML but not a map: a list, say, or one long text.",
            ["Invalid configuration format"],
            "The file must be a map of keywords and jobs, such as \"build:\"."
        )
        {
            Wrong = "- build",
            Right = Job,
        },
        new(
            DiagnosticCode.UnusableValue,
            "A key is a list or a map, or a value cannot be what its tag says.",
            ["a key must be a string", "invalid value for Float(): {value}"],
            "Put quotes around a key that begins with { or [."
        )
        {
            Wrong = """
                [build, test]:
                  script: make
                """,
            Right = Job,
        },
        new(
            DiagnosticCode.YamlRestIgnored,
            "The file goes on where YAML has already ended, so nothing from there on counts.",
            ["everything from here on is ignored"],
            "The first line is indented more than those below it; move it to the left."
        )
        {
            Severity = Severity.Warning,
            Wrong = """
                  build:
                    script: make
                test:
                  script: make test
                """,
            Right = """
                build:
                  script: make
                test:
                  script: make test
                """,
        },
    ];
}
