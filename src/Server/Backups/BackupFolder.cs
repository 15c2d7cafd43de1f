using System.Security.Cryptography;
using System.Text.Json;

namespace Slipway.Server.Backups;

/// <summary>A backup while it is written: every file that goes in is hashed on the way, brought to the disk, and listed.</summary>
internal sealed class BackupFolder : IDisposable
{
    private const int BufferBytes = 128 * 1024;

    private readonly string _root;
    private readonly FileStream _list;

    /// <exception cref="BackupException">Something is there already.</exception>
    public BackupFolder(string root)
    {
        _root = root;
        if (File.Exists(root) || (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any()))
            throw new BackupException($"{root} is there already, and not empty. A backup wants a folder of its own.");
        OwnFolder.Make(root);
        _list = Create(Manifest.List);
    }

    public long Files { get; private set; }
    public long Bytes { get; private set; }

    /// <summary>Writes a file and lists it.</summary>
    /// <returns>Its SHA-256.</returns>
    public async Task<byte[]> AddAsync(string path, Func<Stream, Task> write)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = Create(path);
        await using (var hashing = new CryptoStream(file, new HashOnly(hash), CryptoStreamMode.Write, leaveOpen: true))
            await write(hashing);
        file.Flush(flushToDisk: true);
        var sum = hash.GetHashAndReset();
        List(new BackupFile(path, file.Length, Convert.ToHexStringLower(sum)));
        return sum;
    }

    /// <summary>Copies a stream to a file and lists it.</summary>
    public Task<byte[]> AddAsync(string path, Stream content, CancellationToken ct) =>
        AddAsync(path, to => content.CopyToAsync(to, BufferBytes, ct));

    /// <summary>Takes away what turned out to be wrong, and everything else with it.</summary>
    public void Drop() => Directory.Delete(_root, recursive: true);

    /// <summary>Ends the list.</summary>
    /// <returns>Its SHA-256, hex.</returns>
    public string Close()
    {
        _list.Flush(flushToDisk: true);
        _list.Position = 0;
        return Convert.ToHexStringLower(SHA256.HashData(_list));
    }

    public void Dispose() => _list.Dispose();

    private void List(BackupFile file)
    {
        _list.Write(JsonSerializer.SerializeToUtf8Bytes(file, BackupJson.Default.BackupFile));
        _list.WriteByte((byte)'\n');
        (Files, Bytes) = (Files + 1, Bytes + file.Size);
    }

    private FileStream Create(string path)
    {
        var full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(full, options);
    }

    /// <summary>Lets bytes through as they are, and hashes them.</summary>
    private sealed class HashOnly(IncrementalHash hash) : ICryptoTransform
    {
        public bool CanReuseTransform => false;
        public bool CanTransformMultipleBlocks => true;
        public int InputBlockSize => 1;
        public int OutputBlockSize => 1;

        public int TransformBlock(byte[] inputBuffer, int inputOffset, int inputCount, byte[] outputBuffer, int outputOffset)
        {
            hash.AppendData(inputBuffer, inputOffset, inputCount);
            Buffer.BlockCopy(inputBuffer, inputOffset, outputBuffer, outputOffset, inputCount);
            return inputCount;
        }

        public byte[] TransformFinalBlock(byte[] inputBuffer, int inputOffset, int inputCount)
        {
            hash.AppendData(inputBuffer, inputOffset, inputCount);
            return inputBuffer[inputOffset..(inputOffset + inputCount)];
        }

        public void Dispose() { }
    }
}
