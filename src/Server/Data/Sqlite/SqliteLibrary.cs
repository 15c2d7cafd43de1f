using System.Runtime.InteropServices;
using SQLitePCL;

namespace Slipway.Server.Data.Sqlite;

/// <summary>Binds the provider to the system's SQLite, which the distribution keeps patched, instead of one carried along.</summary>
internal static class SqliteLibrary
{
    /// <summary>3.35 of March 2021: the first with RETURNING.</summary>
    private const int OldestVersion = 3_035_000;

    private static readonly string[] Names =
        OperatingSystem.IsWindows() ? ["winsqlite3.dll"]
        : OperatingSystem.IsMacOS() ? ["libsqlite3.dylib"]
        : ["libsqlite3.so.0"];

    private static readonly Lazy<bool> Bound = new(Bind);

    /// <summary>Once a process; later calls do nothing.</summary>
    /// <exception cref="DatabaseException">The library is not installed, or too old.</exception>
    public static void Use() => _ = Bound.Value;

    private static bool Bind()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, (_, _, _) => Load());
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        var version = raw.sqlite3_libversion_number();
        return version >= OldestVersion
            ? true
            : throw new DatabaseException(
                DbFault.Unavailable,
                $"SQLite 3.35 or newer is wanted, not {raw.sqlite3_libversion().utf8_to_string()}."
            );
    }

    private static nint Load()
    {
        foreach (var name in Names)
            if (NativeLibrary.TryLoad(name, out var library))
                return library;
        throw new DatabaseException(
            DbFault.Unavailable,
            $"SQLite is not installed: there is no {Names[0]}. On Debian and Ubuntu it is the package libsqlite3-0."
        );
    }
}
