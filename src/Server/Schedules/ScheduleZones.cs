using System.Text.RegularExpressions;

namespace Slipway.Server.Schedules;

/// <summary>
/// Time zones by the names GitLab takes: those of the tz database, <c>Europe/Berlin</c>, and those of its own list, <c>Berlin</c>, <c>Pacific Time (US &amp; Canada)</c>
/// (https://api.rubyonrails.org/classes/ActiveSupport/TimeZone.html).
/// </summary>
internal static partial class ScheduleZones
{
    /// <summary>Cities of that list that are the tz database's own, by their part of the world.</summary>
    private static readonly (string Region, string Cities)[] Cities =
    [
        ("Africa", "Cairo, Casablanca, Harare, Monrovia, Nairobi"),
        (
            "America",
            "Bogota, Caracas, Chihuahua, La Paz, Lima, Mazatlan, Mexico City, Monterrey, Montevideo, Puerto Rico, Santiago, Tijuana"
        ),
        (
            "Asia",
            "Almaty, Baghdad, Baku, Bangkok, Dhaka, Hong Kong, Irkutsk, Jakarta, Jerusalem, Kabul, Kamchatka, Karachi, Kathmandu, Kolkata, Krasnoyarsk, "
                + "Kuala Lumpur, Kuwait, Magadan, Muscat, Novosibirsk, Riyadh, Seoul, Singapore, Srednekolymsk, Taipei, Tashkent, Tbilisi, Tehran, Tokyo, "
                + "Ulaanbaatar, Urumqi, Vladivostok, Yakutsk, Yerevan"
        ),
        ("Australia", "Adelaide, Brisbane, Darwin, Hobart, Melbourne, Perth, Sydney"),
        (
            "Europe",
            "Amsterdam, Athens, Belgrade, Berlin, Bratislava, Brussels, Bucharest, Budapest, Copenhagen, Dublin, Helsinki, Istanbul, Kaliningrad, Kyiv, Lisbon, "
                + "Ljubljana, London, Madrid, Minsk, Moscow, Paris, Prague, Riga, Rome, Samara, Sarajevo, Skopje, Sofia, Stockholm, Tallinn, Vienna, Vilnius, "
                + "Volgograd, Warsaw, Zagreb, Zurich"
        ),
        ("Pacific", "Auckland, Fiji, Guam, Port Moresby"),
    ];

    private static readonly Dictionary<string, string> Listed = new(StringComparer.Ordinal)
    {
        ["International Date Line West"] = "Pacific/Midway",
        ["Midway Island"] = "Pacific/Midway",
        ["American Samoa"] = "Pacific/Pago_Pago",
        ["Hawaii"] = "Pacific/Honolulu",
        ["Alaska"] = "America/Juneau",
        ["Pacific Time (US & Canada)"] = "America/Los_Angeles",
        ["Mountain Time (US & Canada)"] = "America/Denver",
        ["Arizona"] = "America/Phoenix",
        ["Central Time (US & Canada)"] = "America/Chicago",
        ["Saskatchewan"] = "America/Regina",
        ["Guadalajara"] = "America/Mexico_City",
        ["Central America"] = "America/Guatemala",
        ["Eastern Time (US & Canada)"] = "America/New_York",
        ["Indiana (East)"] = "America/Indiana/Indianapolis",
        ["Quito"] = "America/Lima",
        ["Atlantic Time (Canada)"] = "America/Halifax",
        ["Newfoundland"] = "America/St_Johns",
        ["Brasilia"] = "America/Sao_Paulo",
        ["Buenos Aires"] = "America/Argentina/Buenos_Aires",
        ["Georgetown"] = "America/Guyana",
        ["Greenland"] = "America/Nuuk",
        ["Mid-Atlantic"] = "Atlantic/South_Georgia",
        ["Azores"] = "Atlantic/Azores",
        ["Cape Verde Is."] = "Atlantic/Cape_Verde",
        ["Edinburgh"] = "Europe/London",
        ["Bern"] = "Europe/Zurich",
        ["St. Petersburg"] = "Europe/Moscow",
        ["West Central Africa"] = "Africa/Algiers",
        ["Pretoria"] = "Africa/Johannesburg",
        ["Abu Dhabi"] = "Asia/Muscat",
        ["Ekaterinburg"] = "Asia/Yekaterinburg",
        ["Islamabad"] = "Asia/Karachi",
        ["Chennai"] = "Asia/Kolkata",
        ["Mumbai"] = "Asia/Kolkata",
        ["New Delhi"] = "Asia/Kolkata",
        ["Astana"] = "Asia/Almaty",
        ["Sri Jayawardenepura"] = "Asia/Colombo",
        ["Rangoon"] = "Asia/Yangon",
        ["Hanoi"] = "Asia/Bangkok",
        ["Beijing"] = "Asia/Shanghai",
        ["Chongqing"] = "Asia/Shanghai",
        ["Osaka"] = "Asia/Tokyo",
        ["Sapporo"] = "Asia/Tokyo",
        ["Canberra"] = "Australia/Sydney",
        ["Solomon Is."] = "Pacific/Guadalcanal",
        ["New Caledonia"] = "Pacific/Noumea",
        ["Marshall Is."] = "Pacific/Majuro",
        ["Wellington"] = "Pacific/Auckland",
        ["Nuku'alofa"] = "Pacific/Tongatapu",
        ["Tokelau Is."] = "Pacific/Fakaofo",
        ["Chatham Is."] = "Pacific/Chatham",
        ["Samoa"] = "Pacific/Apia",
    };

    /// <summary>GitLab's own names.</summary>
    public static IReadOnlyDictionary<string, string> Names { get; } = AllNames();

    /// <returns>Nothing when there is none, or this machine has no file of it.</returns>
    public static TimeZoneInfo? Find(string name)
    {
        var known = Names.GetValueOrDefault(name, name);
        if (known is "UTC" or "Etc/UTC")
            return TimeZoneInfo.Utc;
        // The name becomes a path.
        return Shape().IsMatch(known) && TimeZoneInfo.TryFindSystemTimeZoneById(known, out var zone) ? zone : null;
    }

    private static Dictionary<string, string> AllNames()
    {
        var all = new Dictionary<string, string>(Listed, StringComparer.Ordinal);
        foreach (var (region, cities) in Cities)
        foreach (var city in cities.Split(", "))
            all[city] = $"{region}/{city.Replace(' ', '_')}";
        return all;
    }

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_+-]{0,40}(?:/[A-Za-z0-9_+-]{1,40}){0,2}\z")]
    private static partial Regex Shape();
}
