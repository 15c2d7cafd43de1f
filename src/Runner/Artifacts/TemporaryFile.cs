namespace Slipway.Runner.Artifacts;

/// <summary>A file that only its opener sees and that is gone when it is closed, however this process ends.</summary>
internal static class TemporaryFile
{
    public static FileStream Create()
    {
        var path = Path.Combine(Path.GetTempPath(), "slipway-" + Guid.NewGuid().ToString("N"));
        var file = new FileStream(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                BufferSize = 64 * 1024,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }
        );
        File.Delete(path);
        return file;
    }
}
