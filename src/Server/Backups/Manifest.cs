using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Server.Backups;

/// <summary>
/// What a backup holds. A backup is a folder:
/// <code>
/// manifest.json                written last: without it the backup was never finished
/// files.jsonl                  each other file with its size and SHA-256, a line each
/// tables/jobs.jsonl.gz         a table: its columns, then a line for each row; the same for both databases
/// repositories/2a/42.bundle    a project's refs and all they lead to, as git makes it
/// blobs/sha256/ab/ab3f…        artifacts, large files and archived logs
/// traces/1234.log              a log that was not archived yet
/// secret.key                   only when it was asked for
/// </code>
/// </summary>
/// <param name="Format">1. A later program may have more.</param>
/// <param name="CreatedAt">The moment of which it holds everything.</param>
/// <param name="Schema">The database's last migration.</param>
/// <param name="Key">The fingerprint of the key that opens what is sealed in it.</param>
/// <param name="Sequences">The last id that each table has given: none is given twice.</param>
/// <param name="Files">How many lines <c>files.jsonl</c> has.</param>
/// <param name="Bytes">Of all of them together.</param>
/// <param name="Checksum">SHA-256 of <c>files.jsonl</c>, hex.</param>
internal sealed record Manifest(
    int Format,
    string Version,
    DateTimeOffset CreatedAt,
    long Schema,
    string Key,
    IReadOnlyDictionary<string, long> Sequences,
    long Files,
    long Bytes,
    string Checksum
)
{
    public const int Newest = 1;
    public const string Name = "manifest.json";
    public const string List = "files.jsonl";
    public const string KeyName = "secret.key";

    private const int LongestLine = 4096;

    /// <summary>Makes the backup one: when this returns it is on the disk.</summary>
    public void Write(string folder)
    {
        var aside = Path.Combine(folder, "." + Name);
        using (var file = new FileStream(aside, FileMode.Create))
        {
            JsonSerializer.Serialize(file, this, BackupJson.Default.Manifest);
            file.Flush(flushToDisk: true);
        }

        File.Move(aside, Path.Combine(folder, Name));
        DurableFolder.Sync(folder);
    }

    /// <exception cref="BackupException">There is none, so the backup is no use; or it is a later program's.</exception>
    public static Manifest Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        if (!Directory.Exists(folder))
            throw new BackupException($"There is no {folder}.");
        if (!File.Exists(path))
            throw new BackupException(
                $"{folder} is no backup that can be used: it has no {Name}, which is written last. Whoever made it was ended before it was done."
            );
        try
        {
            var manifest = JsonSerializer.Deserialize(File.ReadAllBytes(path), BackupJson.Default.Manifest)!;
            return manifest.Format == Newest
                ? manifest
                : throw new BackupException($"{folder} has format {manifest.Format}, this program knows {Newest}: use the newer program.");
        }
        catch (JsonException e)
        {
            throw new BackupException($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The list of files, once it is known to be the one that was written.</summary>
    public IEnumerable<BackupFile> ReadFiles(string folder)
    {
        var path = Path.Combine(folder, List);
        using (var file = File.OpenRead(path))
            if (Convert.ToHexStringLower(SHA256.HashData(file)) != Checksum)
                throw new BackupException($"{path} has changed since the backup was made.");
        foreach (var line in File.ReadLines(path))
            yield return line.Length <= LongestLine
            && JsonSerializer.Deserialize(line, BackupJson.Default.BackupFile) is { } one
            && one.IsWithin
                ? one
                : throw new BackupException($"{path} names a file that no backup has.");
    }
}

/// <param name="Path">Below the backup's folder, with slashes.</param>
/// <param name="Hash">SHA-256, hex.</param>
internal sealed record BackupFile(string Path, long Size, string Hash)
{
    /// <summary>A list from elsewhere leads to no place but the backup.</summary>
    [JsonIgnore]
    public bool IsWithin =>
        Path.Length > 0 && Path[0] != '/' && !Path.Contains('\\') && !Path.Split('/').Any(part => part is "" or "." or "..");
}

[JsonSerializable(typeof(Manifest))]
[JsonSerializable(typeof(BackupFile))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
internal sealed partial class BackupJson : JsonSerializerContext;
