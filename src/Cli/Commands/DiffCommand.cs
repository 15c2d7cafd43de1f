using System.CommandLine;
using Slipway.Cli.Comparison;
using Slipway.Cli.LocalRun;
using Slipway.Cli.Project;
using Slipway.Cli.Reports;
using Slipway.Compiler;

namespace Slipway.Cli.Commands;

/// <summary><c>slipway config diff [A [B]]</c>.</summary>
internal static class DiffCommand
{
    public static Command Make(Surroundings surroundings)
    {
        var from = new Argument<string?>("A")
        {
            Description = "a revision or a file; HEAD when not given",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var to = new Argument<string?>("B") { Description = "the same; the working tree when not given", Arity = ArgumentArity.ZeroOrOne };
        var exitCode = new Option<bool>("--exit-code") { Description = "end with 1 when a job differs, as git diff does" };
        var json = new Option<bool>("--json") { Description = "as JSON" };
        var verb = new Verb(
            "diff",
            "Show which jobs a change of the configuration adds, removes or changes, for pushes, merge request, tag and schedule at once",
            ("config diff", "what is not committed yet"),
            ("config diff main", "this branch's changes"),
            ("config diff v1.0 v2.0 --json", "between two tags, for a script"),
            ("config diff .gitlab-ci.yml new.yml", "one file against another")
        )
        {
            from,
            to,
            exitCode,
            json,
        };
        SharedOptions.AddTo(verb);
        verb.SetAction(parsed =>
        {
            var options = SharedOptions.Read(parsed, surroundings);
            var isSourceGiven = parsed.GetValue<string?>("--source") is not null;
            var project = ProjectReader.Read(options with { Tag = null, Ref = null, Source = "push" }, surroundings);
            var sides = Sides(parsed.GetValue(from), parsed.GetValue(to), project, options.Directory);
            var kinds = Kinds(project, options, isSourceGiven);
            var differs = Run(sides, kinds, parsed.GetValue(json), surroundings);
            return differs is not { } known ? ExitCode.Invalid
                : known && parsed.GetValue(exitCode) ? ExitCode.Failed
                : ExitCode.Ok;
        });
        return verb;
    }

    private static (Side From, Side To) Sides(string? from, string? to, LocalProject project, string directory)
    {
        if (from is null && RevisionTree.CommitOf(project.Root, "HEAD") is null)
            throw new CommandException(
                ExitCode.NotFound,
                "there is no commit here to compare with",
                "slipway config diff A.yml B.yml compares two files"
            );
        return (Side.Of(from ?? "HEAD", project, directory), to is null ? Side.OfWorkingTree(project) : Side.Of(to, project, directory));
    }

    private static PipelineKind[] Kinds(LocalProject project, ProjectOptions options, bool isSourceGiven)
    {
        var context = project.Context;
        var branch = options.Ref ?? (context.Ref == context.Project.DefaultBranch ? "a-branch" : context.Ref);
        var all = PipelineKind.All(context, branch, options.Tag ?? "v1.0.0");
        PipelineKind[] wanted = isSourceGiven ? [.. all.Where(kind => kind.Context.Source == options.Source)] : all;
        return wanted.Length > 0
            ? wanted
            : throw new CommandException(
                ExitCode.Usage,
                $"config diff makes no pipelines of source {options.Source}",
                "leave --source out"
            );
    }

    /// <returns>Whether there is a difference; <see langword="null"/> when a side is no configuration at all.</returns>
    private static bool? Run((Side From, Side To) sides, PipelineKind[] kinds, bool json, Surroundings surroundings)
    {
        var from = kinds.Select(kind => PipelineTree.Of(sides.From, kind.Context)).ToArray();
        var to = kinds.Select(kind => PipelineTree.Of(sides.To, kind.Context)).ToArray();
        if (!IsSound(sides.From, from, surroundings) | !IsSound(sides.To, to, surroundings))
            return null;
        var difference = ConfigurationDifference.Between([.. kinds], from, to);
        if (json)
            DifferenceJson.Write(surroundings.Out, difference, sides.From, sides.To);
        else
            surroundings.Print(DifferenceText.Of(difference, sides.From, sides.To, surroundings.OutPalette(), surroundings.OutColumns()));
        return !difference.IsEmpty;
    }

    /// <summary>A configuration that is wrong for every pipeline cannot be compared; one that is wrong for some can.</summary>
    private static bool IsSound(Side side, PipelineTree[] trees, Surroundings surroundings)
    {
        var compilations = Array.ConvertAll(trees, tree => tree.Compilation);
        if (compilations.Any(compilation => compilation.IsValid))
            return true;
        var errors = compilations[0].Diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Error).ToArray();
        surroundings.SayError($"the configuration of {side.Name} is invalid", null);
        var columns = surroundings.ErrorIsTerminal ? surroundings.Columns() : 0;
        surroundings.Say(
            LintReport
                .ToText(
                    errors,
                    file =>
                        side.Config is ConfigSource.Text text && text.Name == file ? text.Content
                        : compilations[0].ExternalTexts.TryGetValue(file, out var external) ? external
                        : side.Tree.ReadText(file),
                    surroundings.ErrorPalette(),
                    columns
                )
                .TrimEnd('\n')
        );
        return false;
    }
}
