using Slipway.Compiler.Include;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Tests.Compose;

/// <summary>One text through the whole loader.</summary>
internal static class Composed
{
    /// <returns>The merged configuration as JSON, or the messages, one a line.</returns>
    public static string From(string yaml)
    {
        var (root, diagnostics) = Load(yaml);
        return root is null ? string.Join("\n", diagnostics.Select(diagnostic => diagnostic.Message)) : JsonText.Of(root);
    }

    public static (ConfigMapping? Root, IReadOnlyList<Diagnostic> Diagnostics) Load(string yaml)
    {
        var bag = new DiagnosticBag();
        var loaded = ConfigurationLoader.Load(new ConfigRoot.Text("f.yml", yaml), ProjectTree.Empty, new IncludeScope(), bag);
        return (loaded.Root, bag.ToImmutable());
    }
}
