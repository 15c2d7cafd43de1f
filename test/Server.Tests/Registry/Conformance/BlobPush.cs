using Xunit;

namespace Slipway.Server.Tests.Registry.Conformance;

/// <summary>The ways to push a blob that the standard has. Each gives the last answer.</summary>
internal sealed record BlobPush(Target Target, string Repository, byte[] Bytes, string Digest)
{
    public const string Octets = "application/octet-stream";

    /// <summary>Of a piece, in bytes. The suite asks for no smaller ones.</summary>
    private const int Piece = 1024;

    private static readonly (string, string) Type = ("Content-Type", Octets);

    /// <summary>By the numbers of their cases.</summary>
    public static IReadOnlyDictionary<string, Func<BlobPush, Task<Said>>> Ways { get; } =
        new Dictionary<string, Func<BlobPush, Task<Said>>>
        {
            ["2.2 one POST"] = push => push.OneAsync(),
            ["2.3 POST, then PUT"] = push => push.WholeAsync(),
            ["2.4 one PATCH"] = push => push.PiecesAsync(int.MaxValue),
            ["2.5 a stream"] = push => push.StreamAsync(),
            ["2.10 pieces"] = push => push.PiecesAsync(Piece),
            ["2.11 pieces, the last with the PUT"] = push => push.PiecesAsync(Piece, lastInPut: true),
            ["2.12 pieces out of order"] = push => push.PiecesAsync(Piece, disturbed: true),
            ["2.13 pieces out of order, the last with the PUT"] = push => push.PiecesAsync(Piece, lastInPut: true, disturbed: true),
        };

    public string Path => $"/v2/{Repository}/blobs/{Digest}";

    /// <summary>A blob of a repository that is not there yet.</summary>
    public static BlobPush Of(Target target, byte[] bytes) => new(target, target.NewRepository(), bytes, target.Digest(bytes));

    public Task<Said> OneAsync() => SendAsync("POST", $"/v2/{Repository}/blobs/uploads/?digest={Digest}", Bytes, Type);

    public async Task<Said> WholeAsync() => await SendAsync("PUT", Case.With(await BeginAsync(), Digest), Bytes, Type);

    public async Task<Said> StreamAsync()
    {
        var streamed = await SendAsync("PATCH", await BeginAsync(), Bytes, ("Transfer-Encoding", "chunked"), Type);
        return await SendAsync("PUT", Case.With(Case.Location(streamed, 202), Digest), null, Type);
    }

    /// <param name="piece">Bytes of each.</param>
    /// <param name="lastInPut">The last one comes with the PUT.</param>
    /// <param name="disturbed">Before each good one comes one that does not belong there.</param>
    public async Task<Said> PiecesAsync(int piece, bool lastInPut = false, bool disturbed = false)
    {
        var location = await BeginAsync();
        for (var start = 0; start < Bytes.Length; start += piece)
        {
            var end = (int)Math.Min((long)start + piece, Bytes.Length);
            var isLast = lastInPut && end == Bytes.Length;
            if (disturbed)
                location = await DisturbAsync(location, start, piece, isLast);
            var address = isLast ? Case.With(location, Digest) : location;
            var said = await SendAsync(isLast ? "PUT" : "PATCH", address, Bytes[start..end], Range(start, end), Type);
            if (isLast)
                return said;
            location = Case.Location(said, 202);
            Assert.Equal($"0-{end - 1}", said.Header("Range"));
            if (end == Bytes.Length)
                break;
        }

        return await SendAsync("PUT", Case.With(location, Digest), null, Type);
    }

    public async Task<string> BeginAsync() => Case.Location(await SendAsync("POST", $"/v2/{Repository}/blobs/uploads/", null), 202);

    /// <summary>A piece too far on, or at the beginning when that is past the end, changes nothing.</summary>
    private async Task<string> DisturbAsync(string location, int start, int piece, bool isLast)
    {
        var wrong = start + (2 * piece) > Bytes.Length ? 0 : start + piece;
        if (wrong == start)
            wrong = 1;
        var address = isLast ? Case.With(location, Digest) : location;
        var refused = await SendAsync(isLast ? "PUT" : "PATCH", address, Bytes[..piece], Range(wrong, wrong + piece), Type);
        Assert.Equal(416, refused.Status);
        var status = await Target.Client.GetAsync(location);
        var at = Case.Location(status, 204);
        Assert.Matches("^0-[0-9]+$", status.Header("Range"));
        if (start > 0)
            Assert.Equal($"0-{start - 1}", status.Header("Range"));
        return at;
    }

    private static (string, string) Range(int start, int end) => ("Content-Range", $"{start}-{end - 1}");

    private Task<Said> SendAsync(string method, string address, byte[]? body, params (string, string)[] headers) =>
        Target.Client.SendAsync(method, address, body, headers);
}
