namespace Slipway.Server.Tests.Support;

/// <summary>A folder of one test's own, gone with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("slipway-test-").FullName;

    public string this[string below] => System.IO.Path.Combine(Path, below);

    /// <summary>Writes a file, with the folders above it.</summary>
    public string Write(string below, string content)
    {
        var path = this[below];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
