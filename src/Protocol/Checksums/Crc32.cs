using System.Buffers.Binary;

namespace Slipway.Protocol.Checksums;

/// <summary>The checksum of zip, gzip and job logs (RFC 1952 §8), eight bytes a step.</summary>
public static class Crc32
{
    private static readonly uint[] Table = MakeTable();

    /// <param name="sum">Of what came before; 0 at the beginning.</param>
    public static uint Append(uint sum, ReadOnlySpan<byte> bytes)
    {
        var table = Table.AsSpan();
        var crc = ~sum;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var low = crc ^ BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc =
                table[0x700 + (int)(low & 0xFF)]
                ^ table[0x600 + (int)((low >> 8) & 0xFF)]
                ^ table[0x500 + (int)((low >> 16) & 0xFF)]
                ^ table[0x400 + (int)(low >> 24)]
                ^ table[0x300 + (int)(high & 0xFF)]
                ^ table[0x200 + (int)((high >> 8) & 0xFF)]
                ^ table[0x100 + (int)((high >> 16) & 0xFF)]
                ^ table[(int)(high >> 24)];
        }

        foreach (var b in bytes)
            crc = (crc >> 8) ^ table[(int)((crc ^ b) & 0xFF)];
        return ~crc;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[8 * 256];
        for (var i = 0; i < 256; i++)
        {
            var crc = (uint)i;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            table[i] = crc;
        }

        for (var i = 256; i < table.Length; i++)
            table[i] = (table[i - 256] >> 8) ^ table[table[i - 256] & 0xFF];
        return table;
    }
}
