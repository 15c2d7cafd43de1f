using System.Collections.Immutable;

namespace Slipway.Compiler.Explanations;

/// <summary>Bands 04xx (rules at work), 05xx (variables) and 06xx (the pipeline as a whole).</summary>
internal static class EvaluationExplanations
{
    public static ImmutableArray<DiagnosticTable.Entry> All { get; } =
    [
        new(
            DiagnosticCode.RuleFailed,
            "A rule cannot be answered: changes:compare_to names no branch, tag or commit of this repository, or a regexp is none.",
            [
                "Failed to parse rule for {job}: rules:changes:compare_to is not a valid ref",
                "Failed to parse rule for {job}: {clause}:regexp is not a regular expression that runs in linear time, as RE2 has them",
                "Failed to parse rule for {job}: {clause}:regexp is too long (maximum is 255 characters after variable expansion)",
            ],
            "Name a ref that exists here; a shallow clone has few, and git fetch brings the others. A regexp may look ahead right behind \\A or ^, and behind right before \\z or $, but nowhere else, and cannot refer to its groups."
        )
        {
            Wrong = """
                build:
                  script: make
                  rules:
                    - changes:
                        paths: [src/**/*]
                        compare_to: no-such-branch
                """,
            Right = """
                build:
                  script: make
                  rules:
                    - changes:
                        paths: [src/**/*]
                """,
        },
        new(
            DiagnosticCode.InvalidIncludeRule,
            "The rules of an include are not rules; they know if, exists, changes and when (always or never).",
            ["include:rules:rule{place} {problem}", "include:rules {problem}"],
            "Write a list of maps, each with if, exists or changes."
        )
        {
            Wrong = """
                include:
                  - local: ci/build.yml
                    rules:
                      - if: $CI_COMMIT_BRANCH == "main"
                        when: manual
                # file: ci/build.yml
                build:
                  script: make
                """,
            Right = """
                include:
                  - local: ci/build.yml
                    rules:
                      - if: $CI_COMMIT_BRANCH == "main"
                # file: ci/build.yml
                build:
                  script: make
                """,
        },
        new(
            DiagnosticCode.CircularVariables,
            "Variables refer to each other in a circle.",
            ["{job}: circular variable reference detected: {names}"],
            "A variable that refers to itself adds nothing to the outer one: give it another name."
        )
        {
            Wrong = """
                build:
                  variables:
                    FLAGS: $OPTIONS -v
                    OPTIONS: $FLAGS -x
                  script: make
                """,
            Right = """
                build:
                  variables:
                    FLAGS: -v
                    OPTIONS: $FLAGS -x
                  script: make
                """,
        },
        new(
            DiagnosticCode.NeedNotInPipeline,
            "A job needs one that rules, only or except leave out of this pipeline.",
            [
                "'{job}' job needs '{name}' job, but '{name}' does not exist in the pipeline. This might be because of the only, except, or rules keywords. To need a job that sometimes does not exist in the pipeline, use needs:optional.",
            ],
            "Give both jobs the same rules, or write {job: NAME, optional: true} under needs. slipway explain NAME says why it is not there."
        )
        {
            Wrong = """
                compile:
                  stage: build
                  script: make
                  rules: [{if: $CI_COMMIT_TAG}]
                unit:
                  needs: [compile]
                  script: make test
                """,
            Right = """
                compile:
                  stage: build
                  script: make
                  rules: [{if: $CI_COMMIT_TAG}]
                unit:
                  needs: [{job: compile, optional: true}]
                  script: make test
                """,
        },
        new(
            DiagnosticCode.PipelineNameTooLong,
            "workflow:name has more than 255 characters once its variables are in.",
            ["Pipeline name is too long (maximum is {number} characters)"],
            "Use shorter variables in it."
        )
        {
            Wrong = """
                variables:
                  TITLE: a title of some forty characters or more
                workflow:
                  name: $TITLE $TITLE $TITLE $TITLE $TITLE $TITLE $TITLE
                build:
                  script: make
                """,
            Right = """
                variables:
                  TITLE: a title of some forty characters or more
                workflow:
                  name: $TITLE
                build:
                  script: make
                """,
        },
    ];
}
