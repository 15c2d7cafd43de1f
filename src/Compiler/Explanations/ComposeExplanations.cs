using System.Collections.Immutable;

namespace Slipway.Compiler.Explanations;

/// <summary>Band 02xx, first half: extends, !reference, merging.</summary>
internal static class ComposeExplanations
{
    public static ImmutableArray<DiagnosticTable.Entry> All { get; } =
    [
        new(
            DiagnosticCode.UnknownExtends,
            "extends names a job or template that is in none of the files.",
            ["{job}: unknown keys in `extends` ({names})"],
            "Look for a typing mistake, a missing dot in front of the name, or an include that does not happen here."
        )
        {
            Wrong = """
                .base:
                  image: alpine
                build:
                  extends: .bass
                  script: make
                """,
            Right = """
                .base:
                  image: alpine
                build:
                  extends: .base
                  script: make
                """,
        },
        new(
            DiagnosticCode.InvalidExtends,
            "What extends names is a list or a text, and only a map can be extended.",
            ["{job}: invalid base hashes in `extends` ({names})"],
            "Give the template keywords of its own, or take the list over with !reference."
        )
        {
            Wrong = """
                .steps: [make]
                build:
                  extends: .steps
                  script: make
                """,
            Right = """
                .steps:
                  script: [make]
                build:
                  extends: .steps
                """,
        },
        new(
            DiagnosticCode.ExtendsTooDeep,
            "A chain of extends has more than eleven levels.",
            ["{job}: nesting too deep in `extends`"],
            "Let jobs extend several templates at once, a list under extends, instead of templates that extend templates."
        )
        {
            Wrong = """
                .a: {image: alpine}
                .b: {extends: .a}
                .c: {extends: .b}
                .d: {extends: .c}
                .e: {extends: .d}
                .f: {extends: .e}
                .g: {extends: .f}
                .h: {extends: .g}
                .i: {extends: .h}
                .j: {extends: .i}
                .k: {extends: .j}
                .l: {extends: .k}
                build: {extends: .l, script: make}
                """,
            Right = """
                .image: {image: alpine}
                .tags: {tags: [linux]}
                build: {extends: [.image, .tags], script: make}
                """,
        },
        new(
            DiagnosticCode.CircularExtends,
            "A job extends itself, directly or through others.",
            ["{job}: circular dependency detected in `extends`"],
            "Take one of the extends out of the circle."
        )
        {
            Wrong = """
                .a: {extends: .b}
                .b: {extends: .a}
                build: {extends: .a, script: make}
                """,
            Right = """
                .a: {extends: .b}
                .b: {image: alpine}
                build: {extends: .a, script: make}
                """,
        },
        new(
            DiagnosticCode.ReferenceNotFound,
            "!reference leads to nothing: a name on its path is not there, or what stands at its end is empty.",
            ["!reference {path} could not be found"],
            "The path is the job's name and then keywords; it sees what extends has brought into that job."
        )
        {
            Wrong = """
                .setup:
                  script: [make]
                build:
                  script: !reference [.setup, before_script]
                """,
            Right = """
                .setup:
                  script: [make]
                build:
                  script: !reference [.setup, script]
                """,
        },
        new(
            DiagnosticCode.CircularReference,
            "References lead back to where they began.",
            ["!reference {path} is part of a circular chain"],
            "Write the value out in one of the places."
        )
        {
            Wrong = """
                .a: {script: !reference [.b, script]}
                .b: {script: !reference [.a, script]}
                build: {script: !reference [.a, script]}
                """,
            Right = """
                .a: {script: !reference [.b, script]}
                .b: {script: make}
                build: {script: !reference [.a, script]}
                """,
        },
        new(
            DiagnosticCode.MergedTooBig,
            "With includes, extends and !reference written out the configuration has more values than one may have.",
            ["The parsed YAML is too big"],
            "Some template is repeated many times over; split the work into child pipelines."
        ),
    ];
}
