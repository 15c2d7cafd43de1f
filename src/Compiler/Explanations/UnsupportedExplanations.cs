using System.Collections.Immutable;

namespace Slipway.Compiler.Explanations;

/// <summary>Band 09xx: what GitLab has and this program has not yet.</summary>
internal static class UnsupportedExplanations
{
    private const string Build = """
        build:
          script: make
        """;

    public static ImmutableArray<DiagnosticExplanation> All { get; } =
    [
        new(
            DiagnosticCode.NotSupportedYet,
            "GitLab has the keyword and this program cannot honour it yet. Its shape has been checked and is right.",
            ["`{keyword}` is not supported yet"],
            "Leave the keyword out for local runs, in a file of its own that --file names, say."
        )
        {
            Wrong = """
                build:
                  id_tokens:
                    TOKEN: {aud: https://example.com}
                  script: make
                """,
            Right = Build,
        },
        new(
            DiagnosticCode.IncludeProjectUnsupported,
            "Files of other projects cannot be included yet.",
            ["include:project is not supported yet"],
            "Copy the file into this project and include it with local."
        )
        {
            Wrong = """
                include:
                  - project: group/templates
                    file: build.yml
                """,
            Right = Build,
        },
        new(
            DiagnosticCode.IncludeRemoteUnsupported,
            "Files from the web cannot be included yet.",
            ["include:remote is not supported yet"],
            "Download the file into this project and include it with local."
        )
        {
            Wrong = "include: https://example.com/build.yml",
            Right = Build,
        },
        new(
            DiagnosticCode.IncludeComponentUnsupported,
            "Components cannot be included yet.",
            ["include:component is not supported yet"],
            "Copy the component into this project and include it with local; its inputs are given the same way."
        )
        {
            Wrong = """
                include:
                  - component: $CI_SERVER_FQDN/group/components/build@1.0
                """,
            Right = Build,
        },
        new(
            DiagnosticCode.ExistsProjectUnsupported,
            "exists cannot look into another project yet.",
            ["{place}rules:exists:project is not supported yet"],
            "Leave project out to look into this one."
        )
        {
            Wrong = """
                build:
                  script: make
                  rules:
                    - exists: {paths: [Makefile], project: group/other}
                """,
            Right = Build,
        },
        new(
            DiagnosticCode.TriggerIncludeUnsupported,
            "A child pipeline's configuration can be a file of this project, an artifact or a template, and nothing else yet.",
            ["jobs:{job}:trigger:include:{kind} is not supported yet"],
            "Copy the file into this project and include it with local."
        )
        {
            Wrong = """
                child:
                  trigger:
                    include:
                      - component: $CI_SERVER_FQDN/group/components/build@1.0
                """,
            Right = """
                child:
                  trigger:
                    include:
                      - local: ci/child.yml
                """,
        },
        new(
            DiagnosticCode.UpstreamPipelineUnsupported,
            "A job cannot mirror the status of a pipeline elsewhere yet.",
            ["jobs:{job}:needs:pipeline is not supported yet"],
            "Leave the job out for local runs."
        )
        {
            Wrong = """
                mirror:
                  needs: {pipeline: group/other}
                """,
            Right = Build,
        },
    ];
}
