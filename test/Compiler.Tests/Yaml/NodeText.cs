using System.Text;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Tests.Yaml;

/// <summary>Nodes as one line that shows every type: <c>{S&lt;a&gt;:I&lt;1&gt;,}</c>. The recordings of Psych are written so.</summary>
internal static class NodeText
{
    public static string Of(ConfigNode? node) => Write(new StringBuilder(), node).ToString();

    private static StringBuilder Write(StringBuilder text, ConfigNode? node)
    {
        switch (node)
        {
            case null:
                return text.Append('N');
            case ConfigScalar scalar:
                return Scalar(text, scalar.Kind, scalar.Text);
            case ConfigReference reference:
                text.Append("R[");
                foreach (var part in reference.Path)
                    Scalar(text, ScalarKind.String, part);
                return text.Append(']');
            case ConfigSequence sequence:
                text.Append('[');
                foreach (var item in sequence.Items)
                    Write(text, item).Append(',');
                return text.Append(']');
            case ConfigMapping mapping:
                text.Append('{');
                foreach (var entry in mapping.Entries)
                    Write(Scalar(text, entry.KeyKind, entry.Key).Append(':'), entry.Value).Append(',');
                return text.Append('}');
            default:
                throw new ArgumentOutOfRangeException(nameof(node));
        }
    }

    private static StringBuilder Scalar(StringBuilder text, ScalarKind kind, string value) =>
        kind == ScalarKind.Null ? text.Append('N') : text.Append("NBIFS"[(int)kind]).Append('<').Append(value).Append('>');
}
