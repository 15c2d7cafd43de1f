using System.Text;

namespace Slipway.Server.Git.Push;

/// <param name="Error">Why not, as <c>git push</c> shows it in brackets; nothing: it was done.</param>
internal sealed record RefReport(string Ref, string? Error = null);

/// <summary>What became of a push. https://git-scm.com/docs/pack-protocol#_report_status</summary>
/// <param name="Unpack">What was wrong with the pack; nothing: it was taken.</param>
/// <param name="Messages">Lines that <c>git push</c> shows behind <c>remote:</c>.</param>
internal sealed record PushReport(string? Unpack, IReadOnlyList<RefReport> Refs, IReadOnlyList<string> Messages)
{
    private const byte DataBand = 1;
    private const byte MessageBand = 2;

    /// <summary>Bytes of a side-band packet, its length and band included.</summary>
    private const int Packet = 65520;

    /// <summary>The answer's body, as the client said it can read it.</summary>
    public byte[] ToBytes(IReadOnlySet<string> capabilities)
    {
        var isBanded = capabilities.Contains("side-band-64k");
        var body = new MemoryStream();
        // "quiet" is about progress, and every client without a terminal says it: these are no progress.
        if (isBanded)
            Band(body, MessageBand, Encoding.UTF8.GetBytes(string.Concat(Messages.Select(line => Printable(line) + "\n"))));
        if (capabilities.Contains("report-status"))
        {
            var status = Status();
            if (isBanded)
                Band(body, DataBand, status);
            else
                body.Write(status);
        }

        if (isBanded)
            body.Write(PktLine.Flush);
        return body.ToArray();
    }

    private byte[] Status()
    {
        var status = new MemoryStream();
        PktLine.Write(status, $"unpack {(Unpack is null ? "ok" : OneLine(Unpack))}\n");
        foreach (var (name, error) in Refs)
            PktLine.Write(status, error is null ? $"ok {name}\n" : $"ng {OneLine(name)} {OneLine(error)}\n");
        status.Write(PktLine.Flush);
        return status.ToArray();
    }

    private static void Band(MemoryStream to, byte band, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var piece = bytes[..Math.Min(bytes.Length, Packet - 5)];
            PktLine.Write(to, [band, .. piece]);
            bytes = bytes[piece.Length..];
        }
    }

    private static string OneLine(string text) => Printable(text.Split('\n')[0]);

    /// <summary>The client's terminal shows it: what a user named may not steer it.</summary>
    private static string Printable(string text) => new([.. text.Select(c => char.IsControl(c) ? '?' : c)]);
}
