using Slipway.Server.Secrets;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Secrets;

public sealed class KeyFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder["secret.key"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Where_there_is_none_there_is_nothing() => Assert.Null(KeyFile.Read(Path));

    [Fact]
    public void One_is_made_that_only_its_owner_may_read()
    {
        var made = KeyFile.Create(Path);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
        Assert.Equal(Assert.Single(made).Fingerprint, Assert.Single(KeyFile.Read(Path)!).Fingerprint);
        Assert.Equal([Path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task Of_many_who_make_it_at_once_all_get_the_same()
    {
        for (var round = 0; round < 20; round++)
        {
            var path = _folder[$"{round}/secret.key"];
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            using var together = new Barrier(16);
            var all = await Task.WhenAll(
                Enumerable
                    .Range(0, together.ParticipantCount)
                    .Select(_ => Task.Factory.StartNew(() => Made(path, together), TaskCreationOptions.LongRunning))
            );
            Assert.Single(all.Distinct());
            Assert.Equal([path], Directory.GetFiles(System.IO.Path.GetDirectoryName(path)!));
        }
    }

    private static string Made(string path, Barrier together)
    {
        together.SignalAndWait();
        return KeyFile.Create(path)[0].Fingerprint;
    }

    [Fact]
    public void The_last_line_is_the_newest_key()
    {
        var (old, current) = (SecretKey.Random(), SecretKey.Random());
        Write($"# keys\n\n{old.ToHex()}\n  {current.ToHex()}  \n");
        Assert.Equal([old.Fingerprint, current.Fingerprint], KeyFile.Read(Path)!.Select(key => key.Fingerprint));
    }

    [Theory]
    [InlineData("", "holds no key")]
    [InlineData("# nothing\n", "holds no key")]
    [InlineData("abc\n", "line 1: a key is 64 hexadecimal digits")]
    [InlineData("#\n000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eXX\n", "line 2: a key is 64")]
    public void What_holds_no_keys_is_refused_and_named(string content, string why)
    {
        Write(content);
        var e = Assert.Throws<KeyFileException>(() => KeyFile.Read(Path));
        Assert.Contains(Path, e.Message);
        Assert.Contains(why, e.Message);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void One_that_others_may_read_is_refused(UnixFileMode others)
    {
        KeyFile.Create(Path);
        File.SetUnixFileMode(Path, File.GetUnixFileMode(Path) | others);
        Assert.Contains("chmod 600", Assert.Throws<KeyFileException>(() => KeyFile.Read(Path)).Message);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named()
    {
        var path = _folder["no/secret.key"];
        Assert.Contains(path, Assert.Throws<KeyFileException>(() => KeyFile.Create(path)).Message);
    }

    [Theory, EveryDatabase]
    public async Task A_database_and_its_key_stay_together(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var db = await database.OpenAsync();
        var options = new ServerOptions { DataFolder = _folder.Path };
        var box = await ServerKeys.OpenAsync(options, db, CancellationToken.None);
        Assert.Equal(box.Fingerprint, (await ServerKeys.OpenAsync(options, db, CancellationToken.None)).Fingerprint);

        File.Move(Path, _folder["kept"]);
        var gone = await Assert.ThrowsAsync<KeyFileException>(() => ServerKeys.OpenAsync(options, db, CancellationToken.None));
        Assert.Contains(box.Fingerprint, gone.Message);
        Assert.False(File.Exists(Path));

        KeyFile.Create(Path);
        var other = await Assert.ThrowsAsync<KeyFileException>(() => ServerKeys.OpenAsync(options, db, CancellationToken.None));
        Assert.Contains("is not this database's", other.Message);

        var newer = SecretKey.Random();
        Write(File.ReadAllText(_folder["kept"]) + newer.ToHex());
        Assert.Equal(newer.Fingerprint, (await ServerKeys.OpenAsync(options, db, CancellationToken.None)).Fingerprint);
    }

    private void Write(string content)
    {
        File.WriteAllText(Path, content);
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
