namespace Slipway.Runner.Artifacts;

/// <summary>Numbers of the zip format that both its reader and its writer need (PKWARE's APPNOTE; the time stamps are Info-ZIP's).</summary>
internal static class ZipFormat
{
    public const uint LocalHeader = 0x04034B50;
    public const uint CentralHeader = 0x02014B50;
    public const uint Descriptor = 0x08074B50;
    public const uint End = 0x06054B50;
    public const uint End64 = 0x06064B50;
    public const uint End64Locator = 0x07064B50;

    public const ushort Stored = 0;
    public const ushort Deflated = 8;

    public const int Encrypted = 0x0001;

    /// <summary>Sizes and checksum stand behind the content.</summary>
    public const int NumbersFollow = 0x0008;

    public const int Utf8 = 0x0800;

    /// <summary>Made by a Unix program, version 4.5 of the format.</summary>
    public const ushort MadeByUnix = 0x032D;

    public const ushort Version = 45;

    public const ushort ExtraZip64 = 0x0001;
    public const ushort ExtraTime = 0x5455;

    public const uint FileMode = 0x8000;
    public const uint FolderMode = 0x4000;
    public const uint LinkMode = 0xA000;
    public const uint KindMask = 0xF000;

    /// <summary>In a 32-bit field: the true number is in the zip64 part.</summary>
    public const uint See64 = 0xFFFFFFFF;

    /// <summary>Two seconds exact, and without a zone: UTC here.</summary>
    public static uint DosTime(DateTimeOffset time)
    {
        var t = time.UtcDateTime;
        if (t.Year < 1980)
            return (1 << 21) | (1 << 16);
        return (uint)((Math.Min(t.Year, 2107) - 1980) << 25 | t.Month << 21 | t.Day << 16 | t.Hour << 11 | t.Minute << 5 | t.Second / 2);
    }

    public static DateTimeOffset FromDosTime(uint dos)
    {
        var (year, month, day) = (1980 + (int)(dos >> 25), (int)(dos >> 21) & 15, (int)(dos >> 16) & 31);
        if (month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
            return DateTimeOffset.UnixEpoch;
        var seconds = (int)((dos >> 11) & 31) * 3600 + (int)((dos >> 5) & 63) * 60 + (int)(dos & 31) * 2;
        return new DateTimeOffset(year, month, day, 0, 0, 0, TimeSpan.Zero).AddSeconds(seconds);
    }
}
