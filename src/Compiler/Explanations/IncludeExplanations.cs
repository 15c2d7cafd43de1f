using System.Collections.Immutable;

namespace Slipway.Compiler.Explanations;

/// <summary>Band 02xx, second half: include, spec, inputs and interpolation.</summary>
internal static class IncludeExplanations
{
    private const string Job = """
        build:
          script: make
        """;

    public static ImmutableArray<DiagnosticTable.Entry> All { get; } =
    [
        new(
            DiagnosticCode.MissingConfigFile,
            "There is no configuration file.",
            ["Missing CI config file"],
            "Write a .gitlab-ci.yml at the top of the project, or name another file."
        ),
        new(
            DiagnosticCode.InvalidInclude,
            "An item of include is no text and no map with exactly one kind of source.",
            [
                "Each include must be a hash or a string",
                "Each include must use only one of: {kinds}",
                "{include} does not have a valid subkey for {place}. Valid subkeys are: {kinds}",
                "Included file {value} needs to be a string",
                "include config {problem}",
            ],
            "Write one of local, project (with file), remote, template or component in each item."
        )
        {
            Wrong = """
                include:
                  - file: ci/build.yml
                """,
            Right = """
                include:
                  - local: ci/build.yml
                # file: ci/build.yml
                build:
                  script: make
                """,
        },
        new(
            DiagnosticCode.IncludeNotYaml,
            "Only files whose names end in .yml or .yaml can be included.",
            ["Included file {file} does not have YAML extension!"],
            "Rename the file."
        )
        {
            Wrong = """
                include: ci/build.txt
                # file: ci/build.txt
                build:
                  script: make
                """,
            Right = """
                include: ci/build.yml
                # file: ci/build.yml
                build:
                  script: make
                """,
        },
        new(
            DiagnosticCode.IncludeNotFound,
            "An included file is not there.",
            [
                "Local file {file} does not exist!",
                "Project {project} file {file} does not exist!",
                "Local file {file} does not have project!",
                "Included file {template} is empty or does not exist!",
            ],
            "Paths start at the root of the project, not at the including file; names are case-sensitive."
        )
        {
            Wrong = """
                include: build.yml
                # file: ci/build.yml
                build:
                  script: make
                """,
            Right = """
                include: ci/build.yml
                # file: ci/build.yml
                build:
                  script: make
                """,
        },
        new(
            DiagnosticCode.IncludeEmpty,
            "An included file is blank, or holds nothing but comments.",
            [
                "{kind} {file} is empty!",
                "Included file {file} is empty or does not exist!",
                "Included file {file} does not have valid YAML syntax!",
            ],
            "Write at least one keyword into it, or leave the include out."
        )
        {
            Wrong = """
                include: ci/build.yml
                # file: ci/build.yml
                # nothing here yet
                """,
            Right = """
                include: ci/build.yml
                # file: ci/build.yml
                build:
                  script: make
                """,
        },
        new(
            DiagnosticCode.TooManyIncludes,
            "More than 150 files are included, each use counted; most often because files include each other.",
            ["Maximum of 150 nested includes are allowed!"],
            "Take the include out of one of the files that include each other."
        )
        {
            Wrong = """
                include: ci/a.yml
                # file: ci/a.yml
                include: ci/b.yml
                # file: ci/b.yml
                include: ci/a.yml
                """,
            Right = """
                include: ci/a.yml
                # file: ci/a.yml
                include: ci/b.yml
                # file: ci/b.yml
                build:
                  script: make
                """,
        },
        new(
            DiagnosticCode.IncludesTooBig,
            "All files together are larger than a configuration may be.",
            ["Total size of combined CI/CD configuration is too big"],
            "Include less, or start child pipelines with files of their own."
        ),
        new(
            DiagnosticCode.IncludeArtifact,
            "A file that a job makes can only be the configuration of a child pipeline.",
            [
                "Including configs from artifacts is only allowed when triggering child pipelines",
                "Job must be provided when including configs from artifacts",
                "Job {job} not found in parent pipeline or does not have artifacts!",
            ],
            "Move it to trigger:include of a trigger job, and name the job that makes the file."
        )
        {
            Wrong = """
                include:
                  - artifact: made.yml
                    job: generate
                """,
            Right = """
                generate:
                  stage: build
                  script: ./generate.sh > made.yml
                  artifacts: {paths: [made.yml]}
                child:
                  trigger:
                    include:
                      - artifact: made.yml
                        job: generate
                """,
        },
        new(
            DiagnosticCode.TemplateName,
            "The name of a template ends in .gitlab-ci.yml.",
            ["Template file {template} is not a valid location!"],
            "slipway config templates lists the names there are."
        )
        {
            Wrong = """
                include:
                  - template: Docker.yml
                """,
            Right = """
                include:
                  - template: Docker.gitlab-ci.yml
                """,
        },
        new(
            DiagnosticCode.InvalidSpec,
            "The header with spec: (the document before ---) has a wrong shape.",
            [
                "header{place} config {problem}",
                "header:spec:{place} input {problem}",
                "{input} input: {problem}",
                "Header include file {file} contains unknown keys: {keys}",
                "{file} cannot use `spec:include`. This keyword is not supported in {place}",
                "Duplicate input keys found: {keys}. Input keys must be unique across all included files and inline specifications.",
            ],
            "An input has type, default, description, options, regex or rules, and nothing else."
        )
        {
            Wrong = """
                spec:
                  inputs:
                    target:
                      type: text
                ---
                build:
                  script: make
                """,
            Right = """
                spec:
                  inputs:
                    target:
                      type: string
                      default: all
                ---
                build:
                  script: make $[[ inputs.target ]]
                """,
        },
        new(
            DiagnosticCode.InvalidInput,
            "An input has no value, or one that its specification does not allow.",
            ["{input} input: {problem}", "Given inputs must be a hash"],
            "Give the input under include:inputs, or with --input KEY=VALUE for the root file; or give it a default."
        )
        {
            Wrong = """
                spec:
                  inputs:
                    target:
                ---
                build:
                  script: make $[[ inputs.target ]]
                """,
            Right = """
                spec:
                  inputs:
                    target:
                      default: all
                ---
                build:
                  script: make $[[ inputs.target ]]
                """,
        },
        new(
            DiagnosticCode.UnknownInput,
            "An input is given that the file does not ask for.",
            ["unknown input arguments: {names}", "Given inputs not defined in the `spec` section of the included configuration file"],
            "Inputs are declared under spec:inputs in the first document of the included file."
        )
        {
            Wrong = """
                include:
                  - local: ci/build.yml
                    inputs: {target: all}
                # file: ci/build.yml
                build:
                  script: make
                """,
            Right = """
                include:
                  - local: ci/build.yml
                    inputs: {target: all}
                # file: ci/build.yml
                spec:
                  inputs:
                    target:
                ---
                build:
                  script: make $[[ inputs.target ]]
                """,
        },
        new(
            DiagnosticCode.InvalidInterpolation,
            "A $[[ … ]] names no input, or a function that does not exist or cannot be applied.",
            ["unknown interpolation provided: {problem}", "{problem}"],
            "Write $[[ inputs.NAME ]], and behind it functions such as | expand_vars or | truncate(0,8)."
        )
        {
            Wrong = """
                spec:
                  inputs:
                    target:
                      default: all
                ---
                build:
                  script: make $[[ inputs.tarket ]]
                """,
            Right = """
                spec:
                  inputs:
                    target:
                      default: all
                ---
                build:
                  script: make $[[ inputs.target ]]
                """,
        },
        new(
            DiagnosticCode.InterpolationTooBig,
            "With the inputs put in, the file is larger than one may be, or has too many $[[ … ]].",
            ["config too large", "{problem}"],
            "Give long values once, as a variable, and not in each place."
        ),
    ];
}
