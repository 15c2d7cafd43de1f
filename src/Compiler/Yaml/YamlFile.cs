using System.Buffers;
using System.Text;

namespace Slipway.Compiler.Yaml;

/// <summary>What one file says.</summary>
/// <param name="Header">The document with <c>spec:</c> that stands before the configuration, or <see langword="null"/>.</param>
/// <param name="Body">The configuration. Empty when the file has only comments.</param>
internal sealed record YamlFile(ConfigMapping? Header, ConfigMapping Body)
{
    private const string Spec = "spec";

    /// <summary>Reads a file's text; GitLab calls this loading. Never throws for what a text says.</summary>
    /// <param name="file">The name for positions.</param>
    /// <returns><see langword="null"/> when there are errors, which are then in <paramref name="bag"/>.</returns>
    public static YamlFile? Read(string file, string text, DiagnosticBag bag)
    {
        if (text.Length > YamlLimits.Bytes || Encoding.UTF8.GetByteCount(text) > YamlLimits.Bytes)
        {
            bag.Error(
                DiagnosticCode.YamlTooBig,
                YamlLimits.TooBig,
                new Position(file, 1, 1),
                $"A file may have {YamlLimits.Bytes / 1024 / 1024} MiB."
            );
            return null;
        }
        if (text.StartsWith('\uFEFF'))
            text = text[1..];
        if (FirstForbidden(text) is { } forbidden)
        {
            ReportForbidden(file, text, forbidden, bag);
            return null;
        }
        return Assemble(file, YamlText.Split(file, text), bag);
    }

    private static YamlFile? Assemble(string file, List<YamlText> pieces, DiagnosticBag bag)
    {
        var documents = new List<ConfigNode>(pieces.Count);
        var broken = false;
        foreach (var piece in pieces)
        {
            if (!YamlComposer.TryCompose(piece, bag, out var root))
                broken = true;
            else if (!IsBlank(root))
                documents.Add(root!);
        }
        foreach (var document in documents.Where(document => document is not ConfigMapping))
        {
            bag.Error(
                DiagnosticCode.InvalidFormat,
                "Invalid configuration format",
                document.At,
                "The file must be a map of keywords and jobs, such as \"build:\"."
            );
            broken = true;
        }
        if (broken)
            return null;
        return documents switch
        {
            [] => new YamlFile(null, new ConfigMapping(new Position(file, 1, 1), [])),
            [ConfigMapping header, .., ConfigMapping body] when header.Has(Spec) => new YamlFile(header, body),
            [var only, ..] => new YamlFile(null, (ConfigMapping)only),
        };
    }

    /// <summary>What Rails calls blank: nothing, <c>false</c>, an empty text, list or map.</summary>
    private static bool IsBlank(ConfigNode? node) =>
        node switch
        {
            null => true,
            ConfigScalar scalar => scalar.Kind == ScalarKind.Boolean ? !scalar.IsTrue : string.IsNullOrWhiteSpace(scalar.Text),
            ConfigSequence sequence => sequence.Items.Count == 0,
            ConfigMapping mapping => mapping.Entries.Count == 0,
            _ => false,
        };

    /// <summary>Everything below a blank but tab and line ends; DEL and the C1 controls but NEL; and what is no character of text.</summary>
    private static readonly SearchValues<char> s_suspect = SearchValues.Create(
        "\0\u0001\u0002\u0003\u0004\u0005\u0006\a\b\v\f\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\e\u001c\u001d\u001e\u001f\u007f"
            + "\u0080\u0081\u0082\u0083\u0084\u0086\u0087\u0088\u0089\u008a\u008b\u008c\u008d\u008e\u008f\u0090\u0091\u0092\u0093\u0094\u0095\u0096\u0097\u0098\u0099\u009a\u009b\u009c\u009d\u009e\u009f\uFFFE\uFFFF"
    );

    private static int? FirstForbidden(string text)
    {
        var suspect = text.AsSpan().IndexOfAny(s_suspect);
        var broken = FileText.FirstBroken(suspect < 0 ? text : text.AsSpan(0, suspect));
        var found = broken >= 0 ? broken : suspect;
        return found < 0 ? null : found;
    }

    private static void ReportForbidden(string file, string text, int index, DiagnosticBag bag)
    {
        var before = text.AsSpan(0, index);
        var at = new Position(file, before.Count('\n') + 1, index - before.LastIndexOf('\n'));
        var rest = text.AsSpan(index);
        var (words, help) =
            !char.IsSurrogate(rest[0])
                ? (
                    "control characters are not allowed",
                    $"U+{(int)rest[0]:X4} stands here; is this a binary file, or one that is not UTF-8?"
                )
            : FileText.OctetAt(rest, 0) is { } octet
                ? (FileText.Complaint(rest), $"The byte 0x{octet:X2} stands here, which is no UTF-8: save the file as UTF-8.")
            : (FileText.Complaint(rest), "Half of a character stands here, without its other half.");
        bag.Error(DiagnosticCode.YamlSyntax, $"(<unknown>): {words} at line {at.Line} column {at.Column}", at, help);
    }
}
