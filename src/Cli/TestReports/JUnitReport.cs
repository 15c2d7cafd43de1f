using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Xml;

namespace Slipway.Cli.TestReports;

/// <summary>
/// Reads JUnit XML as GitLab does (gitlab-ci-yaml §17.8): suites in suites, of a test case's children failure counts before error before skipped,
/// and of two cases with one class and name the first. A report comes from hostile code, so there are no DTDs and sizes are limited.
/// </summary>
internal static class JUnitReport
{
    /// <summary>Uncompressed.</summary>
    private const int LongestReport = 30 * 1024 * 1024;

    private const int MostCases = 500_000;
    private const int MostFailuresNamed = 1000;
    private const int LongestMessage = 200;

    /// <param name="gzip">One or several files, each a gzip member, as runners send them.</param>
    public static TestTally ReadGzip(Stream gzip)
    {
        var tally = new TestTally();
        try
        {
            using var unzipped = new GZipStream(gzip, CompressionMode.Decompress, leaveOpen: true);
            Read(Whole(unzipped), tally);
        }
        catch (Exception e) when (e is XmlException or InvalidDataException or IOException)
        {
            tally.Error ??= "the JUnit report cannot be read: " + e.Message.Split('\n')[0];
        }

        return tally;
    }

    internal static void Read(byte[] text, TestTally tally)
    {
        Blank(text);
        var settings = new XmlReaderSettings
        {
            ConformanceLevel = ConformanceLevel.Fragment,
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = LongestReport,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
        };
        using var reader = new StreamReader(new MemoryStream(text), Encoding.UTF8);
        using var xml = XmlReader.Create(reader, settings);
        var elements = false;
        while (xml.Read())
        {
            elements |= xml.NodeType == XmlNodeType.Element;
            if (xml is { NodeType: XmlNodeType.Element, LocalName: "testcase" })
                Case(xml, tally);
            if (tally.Total >= MostCases)
                throw new InvalidDataException($"it holds more than {MostCases} test cases");
        }

        if (!elements)
            throw new InvalidDataException("it is not XML");
    }

    private static void Case(XmlReader xml, TestTally tally)
    {
        var name = xml.GetAttribute("name") ?? "";
        var className = xml.GetAttribute("classname") ?? "";
        var seconds = double.TryParse(xml.GetAttribute("time"), NumberStyles.Float, CultureInfo.InvariantCulture, out var time) ? time : 0;
        var (verdict, message) = (Verdict.Success, "");
        if (!xml.IsEmptyElement)
        {
            var depth = xml.Depth;
            while (xml.Read() && xml.Depth > depth)
            {
                if (
                    xml.NodeType == XmlNodeType.Element
                    && xml.Depth == depth + 1
                    && VerdictOf(xml.LocalName) is { } found
                    && found > verdict
                )
                    (verdict, message) = (found, Message(xml, depth + 1));
            }
        }

        tally.Add(className, name, verdict, message, seconds, MostFailuresNamed);
    }

    private static Verdict? VerdictOf(string element) =>
        element switch
        {
            "failure" => Verdict.Failure,
            "error" => Verdict.Error,
            "skipped" => Verdict.Skipped,
            _ => null,
        };

    /// <summary>The message attribute, or else the first line of the text.</summary>
    private static string Message(XmlReader xml, int depth)
    {
        var message = xml.GetAttribute("message");
        if (string.IsNullOrWhiteSpace(message) && !xml.IsEmptyElement)
        {
            while (xml.Read() && xml.Depth > depth)
            {
                if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA && !string.IsNullOrWhiteSpace(xml.Value))
                {
                    message = xml.Value;
                    break;
                }
            }
        }

        var line = (message ?? "").Trim().Split('\n')[0].TrimEnd('\r');
        return line.Length <= LongestMessage ? line : line[..LongestMessage] + "…";
    }

    /// <summary>
    /// Several files stand one behind the other, and XML allows a declaration or a byte order mark only at the very beginning: they become spaces.
    /// Within CDATA that changes text nobody here looks at.
    /// </summary>
    private static void Blank(byte[] text)
    {
        foreach (var mark in (ReadOnlySpan<byte[]>)["<?xml"u8.ToArray(), [0xEF, 0xBB, 0xBF]])
        {
            var rest = text.AsSpan();
            for (int at; (at = rest.IndexOf(mark)) >= 0; )
            {
                var end = mark[0] == '<' ? rest[at..].IndexOf("?>"u8) + 2 : mark.Length;
                if (end < mark.Length)
                    return;
                rest.Slice(at, end).Fill((byte)' ');
                rest = rest[(at + end)..];
            }
        }
    }

    private static byte[] Whole(Stream from)
    {
        using var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = from.Read(buffer)) > 0; )
        {
            all.Write(buffer, 0, read);
            if (all.Length > LongestReport)
                throw new InvalidDataException("it is larger than 30 MiB");
        }

        return all.ToArray();
    }
}
