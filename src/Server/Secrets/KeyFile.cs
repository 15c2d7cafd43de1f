using System.Text;

namespace Slipway.Server.Secrets;

/// <summary>
/// The keys, apart from the database they protect: a text file that only its owner may read, one key of 64 hexadecimal digits a line, the newest last.
/// Without it nothing sealed can ever be read again, so it is never replaced.
/// </summary>
internal static class KeyFile
{
    /// <summary>Bytes; a file of keys is far shorter.</summary>
    private const int MaxSize = 64 * 1024;

    private const UnixFileMode OnlyOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const string Head = """
        # The key to everything Slipway keeps sealed in its database. Keep a copy of this file, and not beside the copies of the database.

        """;

    /// <returns>Nothing when there is no such file.</returns>
    /// <exception cref="KeyFileException">It cannot be read, others may read it, or it holds no keys.</exception>
    public static IReadOnlyList<SecretKey>? Read(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OnlyOwner & AnyAccess) != UnixFileMode.None)
                throw new KeyFileException($"{path} can be read by others than its owner. Say: chmod 600 {path}");
            if (new FileInfo(path).Length > MaxSize)
                throw new KeyFileException($"{path} is no key file: it is too large.");
            return Parse(path, File.ReadAllLines(path, Encoding.UTF8));
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException and not KeyFileException)
        {
            throw new KeyFileException($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Makes the file, with one new key, unless another process was faster. When this returns, the file is on the disk.</summary>
    /// <exception cref="KeyFileException">It cannot be written, or what the other process wrote cannot be read.</exception>
    public static IReadOnlyList<SecretKey> Create(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var partial = Path.Combine(folder, $".secret.key.{Guid.NewGuid():N}");
        try
        {
            Write(partial, SecretKey.Random());
            try
            {
                DurableFolder.NameFirst(partial, path);
            }
            catch (IOException) when (File.Exists(path))
            {
                File.Delete(partial);
            }

            DurableFolder.Sync(folder);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException and not KeyFileException)
        {
            throw new KeyFileException($"{path} cannot be written: {e.Message}", e);
        }

        return Read(path)!;
    }

    private const UnixFileMode AnyAccess =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private static void Write(string path, SecretKey key)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OnlyOwner;
        using var file = new FileStream(path, options);
        file.Write(Encoding.UTF8.GetBytes($"{Head}{key.ToHex()}\n"));
        file.Flush(flushToDisk: true);
    }

    private static List<SecretKey> Parse(string path, string[] lines)
    {
        var keys = new List<SecretKey>();
        for (var at = 0; at < lines.Length; at++)
        {
            var line = lines[at].Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (line.Length != 2 * SecretKey.Size || !line.All(char.IsAsciiHexDigit))
                throw new KeyFileException($"{path}, line {at + 1}: a key is {2 * SecretKey.Size} hexadecimal digits.");
            keys.Add(new SecretKey(Convert.FromHexString(line)));
        }

        return keys.Count > 0 ? keys : throw new KeyFileException($"{path} holds no key.");
    }
}

/// <summary>The key file cannot be used. The message says which file, why, and what to do.</summary>
internal sealed class KeyFileException(string message, Exception? inner = null) : IOException(message, inner);
