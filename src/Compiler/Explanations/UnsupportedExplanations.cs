using System.Collections.Immutable;

namespace Slipway.Compiler.Explanations;

/// <summary>Band 09xx: what GitLab has and this program has not yet.</summary>
internal static class UnsupportedExplanations
{
    private const string Build = """
        build:
          script: make
        """;

    public static ImmutableArray<DiagnosticTable.Entry> All { get; } =
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
