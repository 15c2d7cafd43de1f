using System.Security.Cryptography;
using System.Text;

namespace Slipway.Server.Data;

/// <summary>A numbered step of the tables' history. Once it has been released it is never changed: the next step mends it.</summary>
/// <param name="Version">From 1, without gaps.</param>
/// <param name="Name">What it is about, one word or some with underscores.</param>
internal sealed record Migration(long Version, string Name, string Sql)
{
    /// <summary>SHA-256 of the text, in hex. Kept with the database, so that a changed step is noticed.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));

    /// <summary>
    /// This program's steps for a database, <c>0001_start.sql</c> and on, in order. One text serves both: <c>{identity}</c> and <c>{bytes}</c> stand for
    /// the two types on which they do not agree.
    /// </summary>
    /// <param name="dialect"><c>sqlite</c> or <c>postgres</c>.</param>
    public static IReadOnlyList<Migration> Embedded(string dialect)
    {
        var assembly = typeof(Migration).Assembly;
        var (identity, bytes) =
            dialect == "sqlite"
                ? ("INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", "blob")
                : ("bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "bytea");
        return
        [
            .. from resource in assembly.GetManifestResourceNames()
            where resource.EndsWith(".sql")
            let name = resource[..^".sql".Length]
            orderby name
            select new Migration(
                long.Parse(name[..4]),
                name[5..],
                Read(resource).Replace("{identity}", identity).Replace("{bytes}", bytes)
            ),
        ];

        string Read(string resource)
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }
    }
}
