using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Include;

/// <summary><c>include:project</c>: files of another project at a ref. https://docs.gitlab.com/ci/yaml/#includeproject</summary>
internal static class ProjectInclude
{
    public static IEnumerable<IncludedText> Find(IncludeEntry entry, IncludeExpansion expansion)
    {
        var paths = Paths(entry, expansion);
        if (paths.Count == 0 || Open(entry, expansion) is not { } origin)
            return [];
        return paths.Select(file => Read(file.Path, file.At, origin, entry, expansion)).OfType<IncludedText>();
    }

    private static List<(string Path, Position At)> Paths(IncludeEntry entry, IncludeExpansion expansion)
    {
        var items = entry.Whole["file"] switch
        {
            ConfigSequence list => list.Items,
            null or ConfigScalar { IsNull: true } or ConfigScalar { Text: "" } => [],
            var one => [one],
        };
        if (items.Count == 0)
            expansion.Bag.Error(
                DiagnosticCode.InvalidInclude,
                "include config must specify the file where to fetch the config from",
                entry.At,
                "Add file: with a path, or a list of paths."
            );
        var paths = new List<(string, Position)>();
        foreach (var item in items.Take(IncludeExpansion.MostIncludes + 1))
        {
            if (IncludePath.Read(item, expansion) is { } path)
                paths.Add((path, item.At));
        }
        return paths;
    }

    /// <summary>GitLab takes the first of a list as the project.</summary>
    private static string NameOf(IncludeEntry entry) =>
        entry.Location switch
        {
            ConfigScalar scalar => scalar.Text,
            ConfigSequence { Items: [ConfigScalar first, ..] } => first.Text,
            _ => "",
        };

    private static IncludeOrigin? Open(IncludeEntry entry, IncludeExpansion expansion)
    {
        var (name, reference) = (NameOf(entry), entry.Text("ref") ?? "HEAD");
        var mask = expansion.Scope.Mask;
        var (shown, bag) = (mask(name.ToLowerInvariant()), expansion.Bag);
        switch (expansion.Scope.External.Project(name, reference, publicOnly: !entry.Origin.SeesVariables))
        {
            case ProjectAnswer.Found found:
                return entry.Origin.In(found, reference);
            case ProjectAnswer.NoProject(var help):
                bag.Error(DiagnosticCode.IncludeProjectNotFound, $"Project `{shown}` {NotFound}", entry.Location.At, Masked(help, mask));
                return null;
            case ProjectAnswer.NoRef(var help):
                var message = $"Project `{shown}` reference `{mask(reference)}` does not exist!";
                bag.Error(DiagnosticCode.IncludeRefNotFound, message, (entry.Whole["ref"] ?? entry.Location).At, Masked(help, mask));
                return null;
            case ProjectAnswer.Unavailable(var reason, var help):
                bag.Error(
                    DiagnosticCode.IncludeUnavailable,
                    $"Project `{shown}` cannot be read: {mask(reason)}",
                    entry.Location.At,
                    Masked(help, mask)
                );
                return null;
            case var other:
                throw new InvalidOperationException($"{other} is no answer");
        }
    }

    private const string NotFound =
        "not found or access denied! Make sure any includes in the pipeline configuration are correctly defined.";

    public static string? Masked(string? help, Func<string, string> mask) => help is null ? null : mask(help);

    private static IncludedText? Read(string path, Position at, IncludeOrigin origin, IncludeEntry entry, IncludeExpansion expansion)
    {
        var mask = expansion.Scope.Mask;
        var text = origin.Tree!.ReadText(path);
        if (!string.IsNullOrWhiteSpace(text))
            return new IncludedText(origin.Prefix + path, text, at) { Location = path, Origin = origin };
        var file = $"Project `{mask(NameOf(entry).ToLowerInvariant())}` file `{mask(path)}`";
        if (text is not null)
            expansion.Bag.Error(DiagnosticCode.IncludeEmpty, $"{file} is empty!", at);
        else
            expansion.Bag.Error(
                DiagnosticCode.IncludeNotFound,
                $"{file} does not exist!",
                at,
                path.Contains('*') ? "Wildcards work in include:local alone." : IncludePath.HelpFor(path, origin.Tree)
            );
        return null;
    }
}
