using System.Text.RegularExpressions;
using Npgsql;

namespace Slipway.Server.Data;

/// <summary>Which database: a file of our own, or a PostgreSQL server.</summary>
internal abstract partial record DatabaseAddress
{
    private DatabaseAddress() { }

    /// <param name="Path">The file. Its folder is there; the file is made when it is not.</param>
    public sealed record Sqlite(string Path) : DatabaseAddress
    {
        public override string ToString() => Path;
    }

    /// <param name="ConnectionString">In Npgsql's words. Holds a password, so it is never shown.</param>
    public sealed record Postgres(string ConnectionString) : DatabaseAddress
    {
        public override string ToString()
        {
            var parts = new NpgsqlConnectionStringBuilder(ConnectionString);
            return $"postgresql://{parts.Host}:{parts.Port}/{parts.Database ?? parts.Username}";
        }
    }

    /// <summary>
    /// Reads what an administrator writes: <c>postgres://user:password@host:5432/name?sslmode=require</c>, Npgsql's <c>Host=…;Database=…</c>, or the path
    /// of a SQLite file.
    /// </summary>
    /// <exception cref="FormatException">It looks like PostgreSQL's and cannot be read, or like some other server's.</exception>
    public static DatabaseAddress Parse(string text) =>
        // The reader's own exception can repeat the text, and the text can hold a password: it goes no further.
        TryRead(text) ?? throw new FormatException("The address of the database cannot be read.");

    private static DatabaseAddress? TryRead(string text)
    {
        try
        {
            if (text.StartsWith("postgres://") || text.StartsWith("postgresql://"))
                return new Postgres(FromUri(new Uri(text)).ConnectionString);
            if (HostSetting().IsMatch(text))
                return new Postgres(new NpgsqlConnectionStringBuilder(text).ConnectionString);
            // mysql://… would be a file in the folder "mysql:".
            return text.Contains("://") ? null : new Sqlite(text);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static NpgsqlConnectionStringBuilder FromUri(Uri uri)
    {
        var login = uri.UserInfo.Split(':', 2);
        var parts = new NpgsqlConnectionStringBuilder { Host = Uri.UnescapeDataString(uri.Host) };
        if (uri.Port > 0)
            parts.Port = uri.Port;
        if (login[0].Length > 0)
            parts.Username = Uri.UnescapeDataString(login[0]);
        if (login.Length == 2)
            parts.Password = Uri.UnescapeDataString(login[1]);
        if (uri.AbsolutePath.Length > 1)
            parts.Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]);
        foreach (var setting in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
            Set(parts, Uri.UnescapeDataString(setting.Split('=')[0]), Uri.UnescapeDataString(setting[(setting.IndexOf('=') + 1)..]));
        return parts;
    }

    // libpq's names for what Npgsql calls otherwise.
    private static void Set(NpgsqlConnectionStringBuilder parts, string name, string value) =>
        parts[
            name switch
            {
                "sslmode" => "SSL Mode",
                "sslrootcert" => "Root Certificate",
                "application_name" => "Application Name",
                _ => name,
            }
        ] = name == "sslmode" ? value.Replace("-", "") : value;

    [GeneratedRegex(@"(?:^|;)\s*(?:Host|Server)\s*=", RegexOptions.IgnoreCase)]
    private static partial Regex HostSetting();
}
