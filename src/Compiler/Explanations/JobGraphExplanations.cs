using System.Collections.Immutable;

namespace Slipway.Compiler.Explanations;

/// <summary>Band 03xx: jobs against each other.</summary>
internal static class JobGraphExplanations
{
    private const string TwoStages = """
        stages: [build, test]
        compile:
          stage: build
          script: make
        unit:
          stage: test
          needs: [compile]
          script: make test
        """;

    public static ImmutableArray<DiagnosticTable.Entry> All { get; } =
    [
        new(
            DiagnosticCode.UnknownStage,
            "A job's stage is not among the stages; a job without one is in test.",
            ["{job} job: chosen stage {stage} does not exist; available stages are {stages}"],
            "Add the stage to stages:, or give the job one of those there are."
        )
        {
            Wrong = """
                stages: [build, deploy]
                unit:
                  script: make test
                """,
            Right = """
                stages: [build, test, deploy]
                unit:
                  script: make test
                """,
        },
        new(
            DiagnosticCode.UndefinedNeed,
            "A job needs one that is not in the configuration.",
            ["{job} job: undefined need: {name}"],
            "Look for a typing mistake; templates, whose names begin with a dot, cannot be needed."
        )
        {
            Wrong = """
                compile:
                  stage: build
                  script: make
                unit:
                  needs: [complie]
                  script: make test
                """,
            Right = """
                compile:
                  stage: build
                  script: make
                unit:
                  needs: [compile]
                  script: make test
                """,
        },
        new(
            DiagnosticCode.UndefinedDependency,
            "dependencies, or trigger:include with artifact, names a job that is not in the configuration.",
            ["{job} job: undefined dependency: {name}"],
            "Look for a typing mistake."
        )
        {
            Wrong = """
                unit:
                  dependencies: [compile]
                  script: make test
                """,
            Right = """
                compile:
                  stage: build
                  script: make
                unit:
                  dependencies: [compile]
                  script: make test
                """,
        },
        new(
            DiagnosticCode.NotInPriorStages,
            "A need or dependency is in a later stage than the job that has it.",
            ["{job} job: {what} {name} is not defined in current or prior stages"],
            "Change the order of stages:, or the stage of one of the two jobs."
        )
        {
            Wrong = """
                stages: [test, build]
                compile:
                  stage: build
                  script: make
                unit:
                  stage: test
                  needs: [compile]
                  script: make test
                """,
            Right = TwoStages,
        },
        new(
            DiagnosticCode.DuplicateNeeds,
            "A job needs another one twice.",
            ["{job} has the following needs duplicated: {names}."],
            "Keep one of the two; with !reference and lists put together it is easily said twice."
        )
        {
            Wrong = """
                stages: [build, test]
                compile:
                  stage: build
                  script: make
                unit:
                  stage: test
                  needs: [compile, {job: compile, artifacts: false}]
                  script: make test
                """,
            Right = TwoStages,
        },
        new(
            DiagnosticCode.TooManyNeeds,
            "A job needs more than fifty others.",
            ["{job}: one job can only need {limit} others, but you have listed {count}. See needs keyword documentation for more details"],
            "Leave needs out, so that the job waits for all earlier stages, or put a job between that gathers them."
        ),
        new(
            DiagnosticCode.NeedNameTooLong,
            "The name of a needed job has more than 255 characters; with a matrix its values are part of the name.",
            ["{job} job: need {name} name is too long (maximum is {number} characters)"],
            "Give the job, or the values of its matrix, shorter names."
        ),
        new(
            DiagnosticCode.CircularNeeds,
            "Jobs need each other in a circle, or one needs itself, so none of them could ever start.",
            ["The pipeline has circular dependencies: {problem}"],
            "Take one of the needs out."
        )
        {
            Wrong = """
                compile:
                  needs: [unit]
                  script: make
                unit:
                  needs: [compile]
                  script: make test
                """,
            Right = TwoStages,
        },
        new(
            DiagnosticCode.DependencyOutsideNeeds,
            "A job has both needs and dependencies, and a dependency is none of its needs.",
            [
                "jobs:{job} dependencies the {names} should be part of needs",
                "jobs:{job} needs corresponding to dependencies must be from the same pipeline",
            ],
            "Leave dependencies out: needs say by themselves whose artifacts are fetched (artifacts: false for none)."
        )
        {
            Wrong = """
                compile:
                  stage: build
                  script: make
                docs:
                  stage: build
                  script: make docs
                unit:
                  needs: [compile]
                  dependencies: [docs]
                  script: make test
                """,
            Right = """
                compile:
                  stage: build
                  script: make
                docs:
                  stage: build
                  script: make docs
                unit:
                  needs: [{job: compile, artifacts: false}, docs]
                  script: make test
                """,
        },
        new(
            DiagnosticCode.InvalidOnStop,
            "environment:on_stop names a job that cannot stop the environment.",
            ["{job} job: on_stop job {name} {problem}"],
            "The job that stops it must have an environment of the same name with action: stop."
        )
        {
            Wrong = """
                review:
                  script: ./deploy
                  environment: {name: review, on_stop: stop review}
                stop review:
                  script: ./stop
                """,
            Right = """
                review:
                  script: ./deploy
                  environment: {name: review, on_stop: stop review}
                stop review:
                  script: ./stop
                  when: manual
                  environment: {name: review, action: stop}
                """,
        },
        new(
            DiagnosticCode.InvalidMatrixExpression,
            "$[[ matrix.NAME ]] in needs names a variable that the job's own matrix has not.",
            ["{job} job: '{name}' does not exist in matrix configuration"],
            "Name a variable of this job's parallel:matrix."
        )
        {
            Wrong = """
                compile:
                  stage: build
                  script: make
                  parallel: {matrix: [{OS: [linux, mac]}]}
                unit:
                  script: make test
                  parallel: {matrix: [{OS: [linux, mac]}]}
                  needs: [{job: compile, parallel: {matrix: [{OS: ["$[[ matrix.SYSTEM ]]"]}]}}]
                """,
            Right = """
                compile:
                  stage: build
                  script: make
                  parallel: {matrix: [{OS: [linux, mac]}]}
                unit:
                  script: make test
                  parallel: {matrix: [{OS: [linux, mac]}]}
                  needs: [{job: compile, parallel: {matrix: [{OS: ["$[[ matrix.OS ]]"]}]}}]
                """,
        },
        new(
            DiagnosticCode.PublishTwice,
            "A pages job says twice which folder it publishes.",
            ["{job} job: use either {job}:publish or {job}:pages:publish"],
            "Keep pages:publish."
        )
        {
            Wrong = """
                site:
                  script: make site
                  publish: public
                  pages: {publish: public}
                """,
            Right = """
                site:
                  script: make site
                  pages: {publish: public}
                """,
        },
    ];
}
