using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Server.Git.Push;

/// <summary>
/// A pack of new objects, made in memory: what the API's commits consist of. It then takes the same way in as a pack that somebody pushed, with the same
/// checks. https://git-scm.com/docs/pack-format
/// </summary>
internal sealed class PackWriter
{
    private const int Commit = 1;
    private const int Tree = 2;
    private const int Blob = 3;
    private const int Tag = 4;

    private static ReadOnlySpan<byte> PackedNothing => [0x78, 0x9c, 0x03, 0, 0, 0, 0, 0x01];

    private readonly Dictionary<string, (int Type, byte[] Content)> _objects = [];

    public string AddBlob(byte[] content) => Add(Blob, "blob", content);

    public string AddTree(byte[] content) => Add(Tree, "tree", content);

    public string AddCommit(string text) => Add(Commit, "commit", Encoding.UTF8.GetBytes(text));

    /// <param name="tagger">As <see cref="AddCommit"/> has its author.</param>
    public string AddTag(string commit, string name, string tagger, string message) =>
        Add(
            Tag,
            "tag",
            Encoding.UTF8.GetBytes($"object {commit}\ntype commit\ntag {name}\ntagger {tagger}\n\n{message.Replace("\0", "")}\n")
        );

    /// <summary>The pack, from its beginning.</summary>
    public Stream ToStream()
    {
        var pack = new MemoryStream();
        Span<byte> head = stackalloc byte[12];
        "PACK"u8.CopyTo(head);
        BinaryPrimitives.WriteInt32BigEndian(head[4..], 2);
        BinaryPrimitives.WriteInt32BigEndian(head[8..], _objects.Count);
        pack.Write(head);
        foreach (var (type, content) in _objects.Values)
        {
            WriteHead(pack, type, content.LongLength);
            // The stream writes nothing at all where nothing is written to it.
            if (content.Length == 0)
                pack.Write(PackedNothing);
            using var zip = new ZLibStream(pack, CompressionLevel.Fastest, leaveOpen: true);
            zip.Write(content);
        }

#pragma warning disable CA5350 // Git's checksum, not a defence.
        pack.Write(SHA1.HashData(pack.GetBuffer().AsSpan(0, (int)pack.Length)));
#pragma warning restore CA5350
        pack.Position = 0;
        return pack;
    }

    private string Add(int type, string word, byte[] content)
    {
        var head = Encoding.ASCII.GetBytes($"{word} {content.Length}\0");
#pragma warning disable CA5350 // Git's object id, not a defence.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        hash.AppendData(head);
        hash.AppendData(content);
        var id = Convert.ToHexStringLower(hash.GetHashAndReset());
        _objects.TryAdd(id, (type, content));
        return id;
    }

    /// <summary>Four bits of the size beside the type, then seven a byte; the highest bit says that more follows.</summary>
    private static void WriteHead(Stream to, int type, long size)
    {
        var first = (type << 4) | (int)(size & 15);
        size >>= 4;
        while (size > 0)
        {
            to.WriteByte((byte)(first | 0x80));
            first = (int)(size & 0x7f);
            size >>= 7;
        }

        to.WriteByte((byte)first);
    }
}
