using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Slipway.Server.Jobs.Artifacts;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Jobs;

/// <summary>Archives that are small to upload and large to unpack (reliability-security S16). Nothing here may take time or memory of its unpacked size.</summary>
public sealed class ArtifactBombTests
{
    private const long TenGigabytes = 10L << 30;

    private static readonly byte[] Zeros = TenGigabytesOfZeros();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(TenGigabytes, null)]
    [InlineData((2L << 20) + 1, null)]
    [InlineData(100, 100)]
    public async Task No_more_of_a_file_comes_out_than_its_directory_says_and_no_more_than_a_configuration_has(long said, int? read)
    {
        var text = await TextAsync(Zip(1, said, Zeros), "f0");
        Assert.Equal(read, text?.Length);
    }

    [Fact]
    public async Task Entries_that_share_their_bytes_cost_no_more_than_the_one_that_is_asked_for()
    {
        var watch = Stopwatch.StartNew();
        Assert.Equal(1000, (await TextAsync(Zip(60_000, 1000, Zeros), "f59999"))!.Length);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task An_archive_in_an_archive_is_a_file()
    {
        var inner = Zip(1, TenGigabytes, Zeros[..4096]);
        var outer = Zip(1, inner.Length, inner, method: 0);
        Assert.Null(await TextAsync(outer, "f0/f0"));
        Assert.StartsWith("PK", await TextAsync(outer, "f0"));
    }

    [Fact]
    public async Task A_directory_of_millions_of_entries_is_not_read()
    {
        // The archive is as long as it says, so that nothing but the length is wrong with it.
        const int length = 65 << 20;
        var archive = new byte[length + 22];
        End(archive.AsSpan(length), 5_000_000, length, 0);
        Assert.Null(await TextAsync(archive, ""));
    }

    [Fact]
    public async Task A_dotenv_report_is_unpacked_as_far_as_one_may_be_long()
    {
        byte[] gzip = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, .. Zeros];
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.PipelineAsync("a: {script: [x]}");
        var job = await (await room.RunnerAsync()).StartAsync();
        var answer = await job.UploadAsync(gzip, ".env.gz", "artifact_format=gzip&artifact_type=dotenv");
        Assert.Equal(400, answer.Status);
        Assert.Contains("Too Big", answer.Body);
        Assert.Equal(201, (await job.UploadAsync(gzip, "junit.gz", "artifact_format=gzip&artifact_type=junit")).Status);
    }

    private static async Task<string?> TextAsync(byte[] archive, string path)
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.PipelineAsync("a: {script: [x]}");
        var job = await (await room.RunnerAsync()).StartAsync();
        Assert.Equal(201, (await job.UploadAsync(archive)).Status);
        return await room.Part<ArtifactTexts>().ReadAsync(job.Id, path, Ct);
    }

    /// <summary>Deflated: one block of zeros, and the same once more, ten thousand times.</summary>
    private static byte[] TenGigabytesOfZeros()
    {
        const int mebibyte = 1 << 20;
        using var bytes = new MemoryStream();
        using var deflate = new DeflateStream(bytes, CompressionLevel.Optimal);
        var lengths = new List<long>();
        for (var part = 0; part < 2; part++)
        {
            deflate.Write(new byte[mebibyte]);
            deflate.Flush();
            lengths.Add(bytes.Length);
        }

        var (first, again) = (bytes.ToArray()[..(int)lengths[0]], bytes.ToArray()[(int)lengths[0]..(int)lengths[1]]);
        using var all = new MemoryStream();
        all.Write(first);
        for (var part = 1; part < TenGigabytes / mebibyte; part++)
            all.Write(again);
        return all.ToArray();
    }

    /// <summary>An archive whose directory names the same bytes many times: <c>f0</c>, <c>f1</c> …</summary>
    /// <param name="size">Bytes unpacked, as the directory says; in zip64's field where they are too many.</param>
    private static byte[] Zip(int entries, long size, byte[] packed, ushort method = 8)
    {
        using var zip = new MemoryStream();
        var local = new byte[30];
        BinaryPrimitives.WriteUInt32LittleEndian(local, 0x04034b50);
        zip.Write(local);
        zip.Write(packed);
        var start = zip.Length;
        for (var entry = 0; entry < entries; entry++)
        {
            var name = Encoding.ASCII.GetBytes($"f{entry}");
            var head = new byte[46];
            BinaryPrimitives.WriteUInt32LittleEndian(head, 0x02014b50);
            BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(10), method);
            BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(20), (uint)packed.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(24), uint.MaxValue);
            BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(28), (ushort)name.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(30), 12);
            zip.Write(head);
            zip.Write(name);
            zip.Write([1, 0, 8, 0, .. BitConverter.GetBytes(size)]);
        }

        var end = new byte[22];
        End(end, entries, (uint)(zip.Length - start), (uint)start);
        zip.Write(end);
        return zip.ToArray();
    }

    private static void End(Span<byte> end, int entries, uint length, uint start)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(end, 0x06054b50);
        BinaryPrimitives.WriteUInt16LittleEndian(end[10..], (ushort)Math.Min(entries, ushort.MaxValue));
        BinaryPrimitives.WriteUInt32LittleEndian(end[12..], length);
        BinaryPrimitives.WriteUInt32LittleEndian(end[16..], start);
    }
}
