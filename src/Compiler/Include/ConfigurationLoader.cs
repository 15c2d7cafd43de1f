using System.Collections.Immutable;
using Slipway.Compiler.Compose;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Include;

/// <summary>The door to everything that happens to a configuration before its keywords are looked at, in GitLab's order: read, include, extend, refer.</summary>
internal static class ConfigurationLoader
{
    /// <returns>The merged configuration; without one when there are errors, all of which are then in <paramref name="bag"/>.</returns>
    public static LoadedConfiguration Load(ConfigRoot root, ProjectTree tree, IncludeScope scope, DiagnosticBag bag)
    {
        var told = bag.ErrorCount;
        var expansion = new IncludeExpansion(tree, scope, bag);
        var file = root switch
        {
            ConfigRoot.File(var path) => ReadFile(path, tree, expansion, bag),
            ConfigRoot.Text(var name, var content) => ReadText(name, content, expansion, bag),
            ConfigRoot.Includes(var files) => new YamlFile(null, expansion.ExpandTrigger(files)),
            _ => throw new ArgumentOutOfRangeException(nameof(root)),
        };
        var merged = file is null || bag.ErrorCount > told ? null : Compose(file.Body, bag);
        return new LoadedConfiguration(bag.ErrorCount > told ? null : merged, expansion.Files, expansion.Header)
        {
            Texts = expansion.Texts,
            Included = file?.Body,
        };
    }

    private static YamlFile? ReadFile(string path, ProjectTree tree, IncludeExpansion expansion, DiagnosticBag bag)
    {
        if (tree.ReadText(path) is { } text)
            return ReadText(path, text, expansion, bag);
        bag.Error(DiagnosticCode.MissingConfigFile, "Missing CI config file", null, $"There is no {path} here.");
        return null;
    }

    private static YamlFile? ReadText(string name, string text, IncludeExpansion expansion, DiagnosticBag bag)
    {
        if (!string.IsNullOrWhiteSpace(text))
            return expansion.ExpandRoot(name, text);
        bag.Error(DiagnosticCode.NoContent, "Please provide content of .gitlab-ci.yml", new Position(name, 1, 1));
        return null;
    }

    private static ConfigMapping Compose(ConfigMapping body, DiagnosticBag bag)
    {
        var budget = new MergeBudget();
        var extended = Extends.Apply(body, budget, bag);
        if (budget.Exhausted)
        {
            TooBig(extended, bag);
            return extended;
        }
        var merged = References.Resolve(extended, bag);
        if (merged.Weight > MostMerged || merged.Depth > MostMergedDepth)
            TooBig(merged, bag);
        return merged;
    }

    /// <summary>What a walk over a merged configuration may cost; see <see cref="ConfigNode.Weight"/>.</summary>
    private const int MostMerged = 2 * YamlLimits.Nodes;

    private const int MostMergedDepth = 2 * YamlLimits.Depth;

    private static void TooBig(ConfigMapping root, DiagnosticBag bag) =>
        bag.Error(
            DiagnosticCode.MergedTooBig,
            YamlLimits.TooBig,
            root.At,
            $"With extends and !reference written out it has more than {MostMerged:N0} values, or is nested too deep."
        );
}
