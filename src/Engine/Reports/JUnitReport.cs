using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Xml;

namespace Slipway.Engine.Reports;

/// <summary>
/// Reads JUnit XML as GitLab does (gitlab-ci-yaml §17.8): suites in suites, and of a test case's children failure counts before error before skipped. A report
/// comes from hostile code (reliability-security S15): there are no DTDs, nothing is fetched, it is read as it comes, and sizes, counts and depths are limited.
/// </summary>
public sealed class JUnitReport : IDisposable
{
    /// <summary>Test cases of a job; more are not read.</summary>
    public const int MostCases = 500_000;

    /// <summary>Characters of a name, a class or a file that are kept.</summary>
    public const int LongestName = 1000;

    /// <summary>Characters of what a test wrote that are kept.</summary>
    public const int LongestOutput = 10_000;

    private const int DeepestNesting = 100;

    /// <summary>In rising weight: of several children of a test case the heaviest counts.</summary>
    public enum Verdict
    {
        Success,
        Skipped,
        Error,
        Failure,
    }

    /// <summary>A test case, as it stands in the file: another one may have the same name.</summary>
    /// <param name="ClassName">May be empty, as may <paramref name="Name"/>.</param>
    /// <param name="Seconds">0 when it is not said.</param>
    public sealed record Case(string ClassName, string Name, Verdict Verdict, double Seconds)
    {
        public string? File { get; init; }

        /// <summary>What went wrong, or why it was skipped, as one attribute says it.</summary>
        public string? Message { get; init; }

        /// <summary>The text beside that.</summary>
        public string? Output { get; init; }
    }

    private readonly JoinedXml _text;
    private XmlReader? _xml;
    private bool _hasElements;
    private bool _ended;
    private int _cases;

    /// <param name="gzip">One or several files, each a gzip member, as runners send them. Read as far as is asked for, and not closed.</param>
    public JUnitReport(Stream gzip)
    {
        ArgumentNullException.ThrowIfNull(gzip);
        _text = new JoinedXml(new StreamReader(new GZipStream(gzip, CompressionMode.Decompress, leaveOpen: true), Encoding.UTF8));
    }

    /// <summary>Why the rest cannot be read, in a sentence; nothing while all goes well.</summary>
    public string? Error { get; private set; }

    /// <returns>The next test case; nothing at the end, and at an <see cref="Error"/>.</returns>
    public Case? Next()
    {
        if (_ended)
            return null;
        try
        {
            if (Find() is { } found)
                return found;
        }
        catch (Exception e) when (e is XmlException or InvalidDataException)
        {
            Error = "the JUnit report cannot be read: " + e.Message.Split('\n')[0];
        }

        _ended = true;
        return null;
    }

    public void Dispose()
    {
        _xml?.Dispose();
        _text.Dispose();
    }

    private static XmlReaderSettings Settings() =>
        new()
        {
            ConformanceLevel = ConformanceLevel.Fragment,
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = JoinedXml.MostOfJob,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            IgnoreWhitespace = true,
            NameTable = new BoundedNames(),
        };

    private Case? Find()
    {
        var xml = _xml ??= XmlReader.Create(_text, Settings());
        while (Step(xml))
        {
            if (xml.NodeType != XmlNodeType.Element)
                continue;
            _hasElements = true;
            if (xml.Depth == 0)
                _text.BeginFile();
            if (xml.LocalName != "testcase")
                continue;
            return _cases++ < MostCases ? ReadCase(xml) : throw new InvalidDataException($"it holds more than {MostCases} test cases");
        }

        return _hasElements ? null : throw new InvalidDataException("it is not XML");
    }

    /// <summary>What is nested deeper than people nest takes memory for each level.</summary>
    private static bool Step(XmlReader xml) =>
        xml.Read()
        && (xml.Depth <= DeepestNesting ? true : throw new InvalidDataException($"it nests deeper than {DeepestNesting} elements"));

    private static Case ReadCase(XmlReader xml)
    {
        var read = new Case(
            Short(xml.GetAttribute("classname")) ?? "",
            Short(xml.GetAttribute("name")) ?? "",
            Verdict.Success,
            Seconds(xml.GetAttribute("time"))
        )
        {
            File = Short(xml.GetAttribute("file")),
        };
        if (xml.IsEmptyElement)
            return read;
        var depth = xml.Depth;
        while (Step(xml) && xml.Depth > depth)
        {
            if (
                xml.NodeType == XmlNodeType.Element
                && xml.Depth == depth + 1
                && VerdictOf(xml.LocalName) is { } verdict
                && verdict > read.Verdict
            )
                read = read with { Verdict = verdict, Message = Cut(xml.GetAttribute("message"), LongestOutput), Output = Text(xml) };
        }

        return read;
    }

    private static Verdict? VerdictOf(string element) =>
        element switch
        {
            "failure" => Verdict.Failure,
            "error" => Verdict.Error,
            "skipped" => Verdict.Skipped,
            _ => null,
        };

    private static double Seconds(string? time) =>
        double.TryParse(time, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var seconds)
        && double.IsFinite(seconds)
        && seconds > 0
            ? seconds
            : 0;

    private static string? Short(string? name) => Cut(name, LongestName);

    private static string? Cut(string? text, int longest) => text is null || text.Length <= longest ? text : text[..longest] + "…";

    /// <summary>An element's text, of which no more is held than is kept.</summary>
    private static string? Text(XmlReader xml)
    {
        if (xml.IsEmptyElement)
            return null;
        var text = new StringBuilder();
        var buffer = new char[4096];
        var depth = xml.Depth;
        while (Step(xml) && xml.Depth > depth)
        {
            if (xml.NodeType is not (XmlNodeType.Text or XmlNodeType.CDATA))
                continue;
            for (int read; (read = xml.ReadValueChunk(buffer, 0, buffer.Length)) > 0; )
                text.Append(buffer, 0, Math.Clamp(LongestOutput + 1 - text.Length, 0, read));
        }

        return Cut(text.ToString(), LongestOutput) is { } whole && !string.IsNullOrWhiteSpace(whole) ? whole : null;
    }

    /// <summary>Every name that differs is remembered; a report has a handful.</summary>
    private sealed class BoundedNames : NameTable
    {
        private const int MostNames = 10_000;
        private int _added;

        public override string Add(char[] key, int start, int len) => Get(key, start, len) ?? Counted(base.Add(key, start, len));

        public override string Add(string key) => Get(key) ?? Counted(base.Add(key));

        private string Counted(string name) =>
            _added++ < MostNames ? name : throw new InvalidDataException($"it has more than {MostNames} different names");
    }
}
