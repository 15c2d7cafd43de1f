using System.Text;
using Slipway.Compiler;
using Slipway.Server.Git.Push;

namespace Slipway.Server.Git.Smart;

/// <summary>What a client that is about to push is told: the refs that are there, and what we can do. https://git-scm.com/docs/pack-protocol#_reference_discovery</summary>
internal static class Advertisement
{
    private const string Capabilities =
        "report-status delete-refs side-band-64k quiet atomic ofs-delta push-options object-format=sha1 agent=slipway";

    public static async Task WriteAsync(Stream to, Repository repository, CancellationToken ct)
    {
        var refs = await repository.RefsAsync(ct, RefNames.Heads, RefNames.Tags, "refs/notes/");
        var lines = new MemoryStream();
        PktLine.Write(lines, $"# service={GitApi.ReceivePack}\n");
        lines.Write(PktLine.Flush);
        if (refs.Count == 0)
            PktLine.Write(lines, $"{CommitFacts.ZeroSha} capabilities^{{}}\0{Capabilities}\n");
        foreach (var (place, one) in refs.Index())
            PktLine.Write(lines, $"{one.Object} {one.Name}{(place == 0 ? "\0" + Capabilities : "")}\n");
        lines.Write(PktLine.Flush);
        lines.Position = 0;
        await lines.CopyToAsync(to, ct);
    }
}
