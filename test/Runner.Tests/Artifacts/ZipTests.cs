using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Slipway.Runner.Artifacts;
using Slipway.Runner.Executors;
using Xunit;

namespace Slipway.Runner.Tests.Artifacts;

public sealed class ZipTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 1, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_packed_is_unpacked_with_modes_times_and_links()
    {
        var zip = await PackAsync(
            Folder("d", 0x1ED),
            File("d/run.sh", new string('x', 5000), 0x1ED),
            File("d/größe ✓.txt", "small", 0x1A0),
            File("empty", "", 0x1A4),
            Link("link", "d/run.sh"),
            Link("python", "/usr/bin/python3")
        );
        Unpack(zip);

        Assert.Equal(new string('x', 5000), System.IO.File.ReadAllText(_folder["d/run.sh"]));
        Assert.Equal("small", System.IO.File.ReadAllText(_folder["d/größe ✓.txt"]));
        Assert.Equal(0, new FileInfo(_folder["empty"]).Length);
        Assert.Equal((UnixFileMode)0x1ED, System.IO.File.GetUnixFileMode(_folder["d/run.sh"]));
        Assert.Equal((UnixFileMode)0x1A0, System.IO.File.GetUnixFileMode(_folder["d/größe ✓.txt"]));
        Assert.Equal(Noon.UtcDateTime, System.IO.File.GetLastWriteTimeUtc(_folder["d/run.sh"]));
        Assert.Equal(Noon.UtcDateTime, Directory.GetLastWriteTimeUtc(_folder["d"]));
        Assert.Equal("d/run.sh", new FileInfo(_folder["link"]).LinkTarget);
        Assert.Equal("/usr/bin/python3", new FileInfo(_folder["python"]).LinkTarget);
    }

    [Fact]
    public async Task The_same_files_give_the_same_bytes() =>
        Assert.Equal(
            await PackAsync(File("a", new string('y', 900)), Link("l", "a")),
            await PackAsync(File("a", new string('y', 900)), Link("l", "a"))
        );

    [Fact]
    public async Task Other_programs_can_read_it()
    {
        var zip = await PackAsync(Folder("d"), File("d/a", "hello"), File("d/large", new string('z', 100_000)));
        using (var archive = new ZipArchive(new MemoryStream(zip)))
            Assert.Equal(["d/", "d/a", "d/large"], archive.Entries.Select(e => e.FullName));

        var path = _folder["x.zip"];
        System.IO.File.WriteAllBytes(path, zip);
        Assert.SkipUnless(System.IO.File.Exists("/usr/bin/python3"), "python3 is not installed");
        using var python = Process.Start(
            new ProcessStartInfo(
                "/usr/bin/python3",
                [
                    "-c",
                    $"import zipfile; z = zipfile.ZipFile('{path}'); assert z.testzip() is None; print(z.infolist()[1].external_attr >> 16)",
                ]
            )
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        Assert.Equal("33188", (await python.StandardOutput.ReadToEndAsync()).Trim());
    }

    [Fact]
    public async Task An_archive_of_another_program_is_unpacked()
    {
        using var made = new MemoryStream();
        using (var archive = new ZipArchive(made, ZipArchiveMode.Create, leaveOpen: true))
        {
            await using var entry = archive.CreateEntry("sub/file.txt").Open();
            await entry.WriteAsync("from elsewhere"u8.ToArray());
        }

        Unpack(made.ToArray());
        Assert.Equal("from elsewhere", System.IO.File.ReadAllText(_folder["sub/file.txt"]));
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("a/../../evil")]
    [InlineData("/etc/evil")]
    [InlineData("a\0b")]
    public async Task A_name_that_leads_out_is_refused_before_anything_is_written(string name)
    {
        var zip = await PackAsync(File("good", "x"), File(name, "x"));
        Assert.Throws<BadArchiveException>(() => Unpack(zip));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task Nothing_is_written_through_a_link_of_the_same_archive()
    {
        using var outside = new TemporaryFolder();
        var zip = await PackAsync(Link("d", outside.Path), File("d/evil", "x"));
        Record.Exception(() => Unpack(zip));
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside.Path));
    }

    [Fact]
    public async Task Nothing_is_written_through_a_link_that_is_already_there()
    {
        using var outside = new TemporaryFolder();
        var target = outside.Write("file", "kept");
        System.IO.File.CreateSymbolicLink(_folder["link"], target);
        Directory.CreateSymbolicLink(_folder["away"], outside.Path);
        Unpack(await PackAsync(File("link", "new")));
        Assert.Equal("kept", System.IO.File.ReadAllText(target));
        Assert.Equal("new", System.IO.File.ReadAllText(_folder["link"]));
        var evil = await PackAsync(File("away/evil", "x"));
        Assert.Throws<JobFailedException>(() => Unpack(evil));
    }

    [Fact]
    public async Task A_link_within_the_project_is_as_good_as_a_folder()
    {
        Directory.CreateDirectory(_folder["real"]);
        Directory.CreateSymbolicLink(_folder["alias"], "real");
        Unpack(await PackAsync(File("alias/f", "x")));
        Assert.Equal("x", System.IO.File.ReadAllText(_folder["real/f"]));
    }

    [Fact]
    public async Task A_file_takes_the_place_of_a_folder_and_a_folder_that_of_a_file()
    {
        _folder.Write("a/b", "old");
        _folder.Write("c", "old");
        Unpack(await PackAsync(File("a", "new"), File("c/d", "new")));
        Assert.Equal("new", System.IO.File.ReadAllText(_folder["a"]));
        Assert.Equal("new", System.IO.File.ReadAllText(_folder["c/d"]));
    }

    [Fact]
    public async Task A_set_user_id_bit_does_not_come_out_of_an_archive()
    {
        Unpack(await PackAsync(File("su", "x", 0x9ED)));
        Assert.Equal((UnixFileMode)0x1ED, System.IO.File.GetUnixFileMode(_folder["su"]));
    }

    /// <summary>Whatever is broken in it, an archive is refused or read; it never makes us fall over, run on or write elsewhere.</summary>
    [Fact]
    public async Task A_damaged_archive_is_refused_not_believed()
    {
        var zip = await PackAsync(Folder("d"), File("d/a", new string('q', 3000)), File("b", "small"), Link("l", "b"));
        for (var at = 0; at < zip.Length; at++)
        {
            foreach (var value in new byte[] { 0, 1, 0x7F, 0xFF })
            {
                var damaged = (byte[])zip.Clone();
                damaged[at] = value;
                ReadAll(damaged);
            }

            ReadAll(zip[..at]);
        }
    }

    [Fact]
    public async Task An_archive_that_promises_more_than_it_can_hold_is_refused()
    {
        var zip = await PackAsync(File("a", new string('q', 3000)));
        var central = zip.AsSpan().IndexOf("PK\x1\x2"u8);
        BitConverter.TryWriteBytes(zip.AsSpan(central + 24), 0x7000_0000);
        Assert.Throws<BadArchiveException>(() => ZipReader.Read(new MemoryStream(zip)));
    }

    private static void ReadAll(byte[] zip)
    {
        try
        {
            foreach (var entry in ZipReader.Read(new MemoryStream(zip)))
                entry.Open?.Invoke().CopyTo(Stream.Null);
        }
        catch (BadArchiveException)
        {
            // That is the right answer.
        }
    }

    private static FileEntry File(string path, string content, int mode = 0x1A4) =>
        new(
            path,
            FileKind.File,
            (UnixFileMode)mode,
            Noon,
            Encoding.UTF8.GetByteCount(content),
            null,
            () => new MemoryStream(Encoding.UTF8.GetBytes(content))
        );

    private static FileEntry Folder(string path, int mode = 0x1ED) =>
        new(path, FileKind.Directory, (UnixFileMode)mode, Noon, 0, null, null);

    private static FileEntry Link(string path, string target) => new(path, FileKind.Symlink, (UnixFileMode)0x1FF, Noon, 0, target, null);

    private static async Task<byte[]> PackAsync(params FileEntry[] entries)
    {
        using var target = new MemoryStream();
        await using var zip = new ZipWriter(target, level: 1);
        foreach (var entry in entries)
            await zip.AddAsync(entry, default);
        await zip.FinishAsync(default);
        return target.ToArray();
    }

    private void Unpack(byte[] zip)
    {
        using var writer = new ProjectWriter(_folder.Path);
        foreach (var entry in ZipReader.Read(new MemoryStream(zip)))
            writer.Write(entry);
        writer.Finish();
    }
}
