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

    /// <summary>This program's steps for a database, <c>0001_start.sqlite.sql</c> and on, in order.</summary>
    public static IReadOnlyList<Migration> Embedded(string dialect)
    {
        var assembly = typeof(Migration).Assembly;
        var suffix = $".{dialect}.sql";
        return
        [
            .. from resource in assembly.GetManifestResourceNames()
            where resource.EndsWith(suffix)
            let name = resource[..^suffix.Length]
            orderby name
            select new Migration(long.Parse(name[..4]), name[5..], Read(resource)),
        ];

        string Read(string resource)
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }
    }
}
