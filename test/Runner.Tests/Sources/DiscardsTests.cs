using Slipway.Runner.Posix;
using Slipway.Runner.Sources;
using Xunit;

namespace Slipway.Runner.Tests.Sources;

public sealed class DiscardsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_taken_away_is_gone_from_its_place_at_once_and_altogether_at_the_end()
    {
        Fill("job/out", files: 3);
        _folder.Write("job/out.txt", "x");
        var discards = new Discards(_folder["discarded"]);

        Take(discards, "out", "out.txt", "not there");

        Assert.Empty(Directory.GetFileSystemEntries(_folder["job"]));
        Assert.Equal(4, Directory.GetFiles(_folder["discarded"], "*", SearchOption.AllDirectories).Length);
        discards.Dispose();
        Assert.False(Directory.Exists(_folder["discarded"]));
    }

    [Theory]
    [InlineData(5, 1000)]
    [InlineData(1000, 40)]
    public void What_is_too_much_is_removed_at_once(int files, long bytes)
    {
        Fill("job/a", files: 3);
        Fill("job/b", files: 3);
        using var discards = new Discards(_folder["discarded"], files, bytes);

        Take(discards, "a", "b");

        Assert.Empty(Directory.GetFileSystemEntries(_folder["job"]));
        Assert.Equal(3, Directory.GetFiles(_folder["discarded"], "*", SearchOption.AllDirectories).Length);
    }

    private void Fill(string folder, int files)
    {
        for (var i = 0; i < files; i++)
            _folder.Write($"{folder}/{i}", "0123456789");
    }

    private unsafe void Take(Discards discards, params string[] names)
    {
        var from = FileDescriptor.OpenFolder(_folder["job"]);
        foreach (var name in names)
            fixed (byte* bytes = CStrings.Terminated(name))
                discards.Take(from, bytes);
        FileDescriptor.Close(from);
    }
}
