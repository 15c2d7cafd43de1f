namespace Slipway.Compiler.Yaml;

/// <summary>What keeps a hostile file cheap. GitLab's instance settings <c>max_yaml_size_bytes</c> and <c>max_yaml_depth</c>, and our own count of nodes.</summary>
internal static class YamlLimits
{
    public const string TooBig = "The parsed YAML is too big";

    /// <summary>Bytes of one file as UTF-8.</summary>
    public const int Bytes = 2 * 1024 * 1024;

    /// <summary>Mappings and sequences inside each other.</summary>
    public const int Depth = 100;

    /// <summary>
    /// Nodes of one file, those behind an alias counted at each use. GitLab weighs the same objects in bytes, 40 and more for a text, and refuses
    /// a file of some 50,000 of them.
    /// </summary>
    public const int Nodes = 150_000;

    public static bool Exceeds(ConfigNode node) => node.Weight > Nodes || node.Depth > Depth;
}
