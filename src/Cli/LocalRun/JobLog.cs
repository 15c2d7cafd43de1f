using System.Text;

namespace Slipway.Cli.LocalRun;

/// <summary>A job's log on its way to the file and to the view.</summary>
/// <param name="show">Gets every piece, in order.</param>
internal sealed class JobLog(string path, Action<ReadOnlyMemory<byte>> show) : IAsyncDisposable
{
    // Pieces come large already, so nothing is buffered here: what was written is in the file, also when the process is killed.
    private readonly FileStream _file = new(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

    public string Path => path;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        _file.Write(bytes.Span);
        show(bytes);
        return ValueTask.CompletedTask;
    }

    /// <summary>A line of our own, in the runner's colours.</summary>
    public void Warn(string text) => Line($"\e[0;33mWARNING: {text}\e[0;m\n");

    public void Error(string text) => Line($"\e[31;1mERROR: {text}\e[0;m\n");

    public T Read<T>(Func<Stream, T> read)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return read(stream);
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private void Line(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        _file.Write(bytes);
        show(bytes);
    }
}
