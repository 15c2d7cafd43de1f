using System.CommandLine;
using Slipway.Cli.Drawing;
using Slipway.Cli.Reports;
using Slipway.Compiler;

namespace Slipway.Cli.Commands;

/// <summary><c>slipway config view|graph|diff|schema|templates</c>.</summary>
internal static class ConfigCommand
{
    public static Command Make(Surroundings surroundings) =>
        new Verb(
            "config",
            "Look at the configuration: merged, as a graph, against another state of it, as a schema",
            ("config view --provenance", "the merged YAML, and where each key comes from"),
            ("config graph", "who waits for whom"),
            ("config diff main", "which jobs this branch's changes add, remove or change"),
            ("config schema > gitlab-ci.schema.json", "for an editor")
        )
        {
            View(surroundings),
            Graph(surroundings),
            DiffCommand.Make(surroundings),
            Schema(surroundings),
            TemplatesCommand.Make(surroundings),
        };

    private static Verb View(Surroundings surroundings)
    {
        var provenance = new Option<bool>("--provenance", "--origins")
        {
            Description = "behind each key, as a comment, the file and line it comes from, and by what way",
        };
        var verb = new Verb(
            "view",
            "Print the merged configuration as YAML",
            ("config view", "include, extends and !reference worked in"),
            ("config view --provenance", "… and where each key comes from")
        )
        {
            provenance,
        };
        SharedOptions.AddTo(verb);
        verb.SetAction(parsed =>
        {
            var work = Workspace.Open(SharedOptions.Read(parsed, surroundings), surroundings);
            var compilation = work.Compilation;
            if ((parsed.GetValue(provenance) ? compilation.MergedYamlWithOrigins : compilation.MergedYaml) is { } yaml)
                surroundings.Print(yaml.EndsWith('\n') ? yaml : yaml + "\n");
            return work.SayErrors(surroundings) ?? ExitCode.Ok;
        });
        return verb;
    }

    private static Verb Schema(Surroundings surroundings)
    {
        var verb = new Verb(
            "schema",
            "Print the JSON schema of configuration files, made of the table of keywords that checks them",
            ("config schema > gitlab-ci.schema.json", "for an editor")
        );
        verb.SetAction(_ =>
        {
            surroundings.Print(PipelineCompiler.JsonSchema);
            return ExitCode.Ok;
        });
        return verb;
    }

    private static Verb Graph(Surroundings surroundings)
    {
        var format = new Option<string?>("--format")
        {
            Description = "text (default on a terminal), mermaid (default elsewhere), dot or json",
            HelpName = "FORMAT",
        };
        format.OneOf("text", "mermaid", "dot", "json");
        var verb = new Verb(
            "graph",
            "Show the job graph: who waits for whom",
            ("config graph", "drawn in the terminal"),
            ("config graph > graph.mmd", "Mermaid, for a README"),
            ("config graph --format dot | dot -Tsvg > jobs.svg", "a picture"),
            ("config graph --format json", "for a script")
        )
        {
            format,
        };
        SharedOptions.AddTo(verb);
        verb.SetAction(parsed =>
        {
            var work = Workspace.Open(SharedOptions.Read(parsed, surroundings), surroundings);
            if (work.SayErrors(surroundings) is { } invalid)
                return invalid;
            if (work.Compilation.Pipeline is { } pipeline)
                PrintGraph(pipeline, parsed.GetValue(format) ?? (surroundings.OutIsTerminal ? "text" : "mermaid"), surroundings);
            else
                surroundings.SayError(work.Compilation.Refusal ?? "there is no pipeline", "try another --source or --ref");
            return ExitCode.Ok;
        });
        return verb;
    }

    private static void PrintGraph(CompiledPipeline pipeline, string format, Surroundings surroundings)
    {
        var strokes = surroundings.IsUtf8 ? Strokes.Unicode : Strokes.Ascii;
        if (format == "json")
            JobGraph.WriteJson(surroundings.Out, pipeline);
        else if (format == "text")
            surroundings.Print(GraphDrawing.Of(pipeline, strokes, surroundings.OutPalette(), surroundings.OutColumns()));
        else
            surroundings.Print(format == "dot" ? JobGraph.ToDot(pipeline.Jobs) : JobGraph.ToMermaid(pipeline.Jobs));
    }
}
