using System.Collections.Immutable;

namespace Slipway.Compiler.Explanations;

/// <summary>Band 01xx: one keyword at a time.</summary>
internal static class KeywordExplanations
{
    public static ImmutableArray<DiagnosticTable.Entry> All { get; } =
    [
        new(
            DiagnosticCode.UnknownKey,
            "A key stands where GitLab knows no such keyword.",
            [
                "{place} config contains unknown keys: {keys}",
                "{place} config uses invalid data keys: {keys}",
                "{place} executor opts object property at {path} is a disallowed additional property",
            ],
            "Look for a typing mistake, or for indentation that puts the key into the wrong map."
        )
        {
            Wrong = """
                build:
                  script: make
                  artefacts:
                    paths: [out/]
                """,
            Right = """
                build:
                  script: make
                  artifacts:
                    paths: [out/]
                """,
        },
        new(
            DiagnosticCode.WrongType,
            "A list where a text belongs, a map where a list belongs, and the like.",
            [
                "{place} config should be {shape}",
                "{place} should be {shape}",
                "{place} has to be {shape}",
                "{place} must be {shape}",
                "{place} is not {shape}",
                "{place} can only be {shape}",
                "{place} has an unsupported type",
                "{place} cannot use \"parallel: <number>\".",
            ],
            "The message names what belongs there. Quote a text that YAML would read as a number, a boolean or a map."
        )
        {
            Wrong = """
                build:
                  image: [alpine]
                  script: make
                """,
            Right = """
                build:
                  image: alpine
                  script: make
                """,
        },
        new(
            DiagnosticCode.InvalidValue,
            "The type is right and the value is none of those allowed.",
            [
                "{place} should be one of: {values}",
                "{place} must be one of: {values}",
                "{place} unknown value: {value}",
                "{place} contains unknown values: {values}",
                "{place} is not included in the list",
                "{place} {problem}",
            ],
            "The message names what may stand there."
        )
        {
            Wrong = """
                build:
                  script: make
                  when: sometimes
                """,
            Right = """
                build:
                  script: make
                  when: manual
                """,
        },
        new(
            DiagnosticCode.Missing,
            "Something that must be there is absent or blank.",
            [
                "{place} can't be blank",
                "{place} config missing required keys: {keys}",
                "{place} config must specify {what}",
                "{place} config should contain {what}",
            ],
            "Add what the message names, or leave the entry out."
        )
        {
            Wrong = """
                build:
                  image:
                    entrypoint: [""]
                  script: make
                """,
            Right = """
                build:
                  image:
                    name: alpine
                    entrypoint: [""]
                  script: make
                """,
        },
        new(
            DiagnosticCode.CannotBeTogether,
            "Keys that exclude each other stand in one map, or a key stands where another one forbids it.",
            [
                "{place} config these keys cannot be used together: {keys}",
                "{place} config key may not be used with `rules`: {keys}",
                "{place} config must use exactly one of these keys: {keys}",
                "{place} config contains disallowed keys: {keys}",
                "{place} must be blank",
                "{place} publish can only be used within a `pages` job",
            ],
            "Keep one of them."
        )
        {
            Wrong = """
                build:
                  script: make
                  only: [main]
                  rules:
                    - if: $CI_COMMIT_TAG
                """,
            Right = """
                build:
                  script: make
                  rules:
                    - if: $CI_COMMIT_TAG
                    - if: $CI_COMMIT_BRANCH == "main"
                """,
        },
        new(
            DiagnosticCode.OutOfLimits,
            "Too long, too many, too few, too large or too small.",
            [
                "{place} must be less than or equal to {number}",
                "{place} must be greater than or equal to {number}",
                "{place} is too long (maximum is {number} characters)",
                "{place} {problem}",
            ],
            "The message names the limit."
        )
        {
            Wrong = """
                build:
                  script: make
                  retry: 3
                """,
            Right = """
                build:
                  script: make
                  retry: 2
                """,
        },
        new(
            DiagnosticCode.InvalidDuration,
            "The value is no span of time.",
            ["{place} should be a duration"],
            "Such as 1 week, 3 hours 30 minutes, 2h20min; a number wants its unit."
        )
        {
            Wrong = """
                build:
                  script: make
                  timeout: soon
                """,
            Right = """
                build:
                  script: make
                  timeout: 1h 30m
                """,
        },
        new(
            DiagnosticCode.InvalidExpression,
            "A condition is not of the language that rules:if understands.",
            ["{place} invalid expression syntax"],
            "Compare variables with texts in quotes, null, other variables or /patterns/, by == != =~ !~, && and ||, with parentheses."
        )
        {
            Wrong = """
                build:
                  script: make
                  rules:
                    - if: $CI_COMMIT_BRANCH = "main"
                """,
            Right = """
                build:
                  script: make
                  rules:
                    - if: $CI_COMMIT_BRANCH == "main"
                """,
        },
        new(
            DiagnosticCode.InvalidPattern,
            "The value is no regular expression between slashes, or one that RE2 does not take.",
            [
                "{place} must be a regular expression with re2 syntax",
                "{place} should be an array of strings or regular expressions using re2 syntax",
            ],
            "RE2 has no look-around and no back references; everything else of the usual syntax will do."
        )
        {
            Wrong = """
                build:
                  script: make
                  coverage: '\d+%'
                """,
            Right = """
                build:
                  script: make
                  coverage: '/\d+%/'
                """,
        },
        new(
            DiagnosticCode.NotAJob,
            "A top-level entry is neither a keyword nor a job.",
            ["jobs {name} config should implement the script:, run:, or trigger: keyword"],
            "Give it a script, or a dot in front of its name if it is only a template."
        )
        {
            Wrong = """
                defaults:
                  image: alpine
                build:
                  script: make
                """,
            Right = """
                default:
                  image: alpine
                build:
                  script: make
                """,
        },
        new(
            DiagnosticCode.NoVisibleJob,
            "The configuration has no job, or only such whose names begin with a dot.",
            ["jobs config should contain at least one visible job"],
            "A job is a top-level entry with a script; take the dot off one of the names."
        )
        {
            Wrong = """
                .build:
                  script: make
                """,
            Right = """
                build:
                  script: make
                """,
        },
        new(
            DiagnosticCode.DefaultTwice,
            "A keyword stands at the top level and under default: at the same time.",
            ["{keyword} is defined in top-level and `default:` entry"],
            "Keep the one in default:."
        )
        {
            Wrong = """
                image: alpine
                default:
                  image: debian
                build:
                  script: make
                """,
            Right = """
                default:
                  image: debian
                build:
                  script: make
                """,
        },
        new(
            DiagnosticCode.DuplicatePipelines,
            "The last rule always matches, so a push to a branch with a merge request makes two pipelines with this job.",
            [
                "jobs:{job} may allow multiple pipelines to run for a single action due to `rules:when` clause with no `workflow:rules` - read more: {page}",
            ],
            "Say under workflow:rules which pipelines there shall be, or give the last rule a condition."
        )
        {
            Severity = Severity.Warning,
            Wrong = """
                build:
                  script: make
                  rules:
                    - if: $CI_COMMIT_TAG
                      when: never
                    - when: on_success
                """,
            Right = """
                workflow:
                  rules:
                    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
                    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
                build:
                  script: make
                  rules:
                    - if: $CI_COMMIT_TAG
                      when: never
                    - when: on_success
                """,
        },
    ];
}
