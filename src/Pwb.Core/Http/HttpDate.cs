using System.Globalization;

namespace Pwb.Http;

/// <summary>
/// HTTP-date in its three forms: RFC 9110 §5.6.7. The grammar is applied exactly: case and every space matter. A date that does
/// not exist, or with a wrong day name, is invalid (RFC 5322 §3.3, of which HTTP-date is a subset); a caller ignores its field.
/// </summary>
internal static class HttpDate
{
    private const int FixdateLength = 29; // Sun, 06 Nov 1994 08:49:37 GMT
    private const int AsctimeLength = 24; // Sun Nov  6 08:49:37 1994
    private const int Rfc850LengthWithoutDayName = 24; // ", 06-Nov-94 08:49:37 GMT"

    /// <summary>The form that is sent: IMF-fixdate. A fraction of a second is cut off.</summary>
    public static string Format(DateTimeOffset date) => date.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The same instant without its fraction of a second: the precision that a client sees.</summary>
    public static DateTimeOffset WholeSeconds(DateTimeOffset date) =>
        new(date.UtcTicks - (date.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);

    /// <summary>Reads a date.</summary>
    /// <param name="text">A whole field value.</param>
    /// <param name="now">The current time, which decides about the century of a two-digit year.</param>
    /// <param name="date">The date, in UTC.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, DateTimeOffset now, out DateTimeOffset date) => text.Length switch
    {
        FixdateLength => TryParseFixdate(text, out date),
        AsctimeLength => TryParseAsctime(text, out date),
        _ => TryParseRfc850(text, now, out date),
    };

    private static bool TryParseFixdate(ReadOnlySpan<byte> text, out DateTimeOffset date)
    {
        date = default;
        return text[3] == ',' && text[4] == ' ' && text[7] == ' ' && text[11] == ' ' && text[16] == ' '
            && text[25..].SequenceEqual(" GMT"u8)
            && TryMake(
                ShortDayName(text[..3]), Digits(text[12..16]), Month(text[8..11]), Digits(text[5..7]), text[17..25], out date);
    }

    private static bool TryParseAsctime(ReadOnlySpan<byte> text, out DateTimeOffset date)
    {
        date = default;
        return text[3] == ' ' && text[7] == ' ' && text[10] == ' ' && text[19] == ' '
            && TryMake(
                ShortDayName(text[..3]),
                Digits(text[20..]),
                Month(text[4..7]),
                Digits(text[8] == ' ' ? text[9..10] : text[8..10]),
                text[11..19],
                out date);
    }

    private static bool TryParseRfc850(ReadOnlySpan<byte> text, DateTimeOffset now, out DateTimeOffset date)
    {
        date = default;
        int nameLength = text.Length - Rfc850LengthWithoutDayName;
        if (nameLength is < 6 or > 9) return false; // Monday, Wednesday

        int dayName = LongDayName(text[..nameLength]);
        text = text[nameLength..];
        if (text[0] != ',' || text[1] != ' ' || text[4] != '-' || text[8] != '-' || text[11] != ' '
            || !text[20..].SequenceEqual(" GMT"u8))
            return false;

        int month = Month(text[5..8]);
        int day = Digits(text[2..4]);
        int year = Digits(text[9..11]);
        return year >= 0
            && TryMake(dayName, FullYear(year, month, day, text[12..20], now.UtcDateTime), month, day, text[12..20], out date);
    }

    /// <summary>
    /// RFC 9110 §5.6.7: what appears to be more than 50 years in the future is in the past. So it is the latest year with these
    /// digits whose date is at most 50 years ahead, to the second.
    /// </summary>
    private static int FullYear(int lastDigits, int month, int day, ReadOnlySpan<byte> time, DateTime now)
    {
        int latest = now.Year + 50;
        int year = latest - (latest - lastDigits) % 100;
        if (year < latest) return year;

        bool isLater = (month, day, Digits(time[..2]), Digits(time[3..5]), Digits(time[6..]))
            .CompareTo((now.Month, now.Day, now.Hour, now.Minute, now.Second)) > 0;
        return isLater ? year - 100 : year;
    }

    /// <summary>A part is -1 if it is invalid.</summary>
    private static bool TryMake(int dayName, int year, int month, int day, ReadOnlySpan<byte> time, out DateTimeOffset date)
    {
        date = default;
        if (year is < 1 or > 9999 || month < 1 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        if (time[2] != ':' || time[5] != ':') return false;

        int hour = Digits(time[..2]);
        int minute = Digits(time[3..5]);
        int second = Digits(time[6..]);
        if (hour is < 0 or > 23 || minute is < 0 or > 59 || second < 0) return false;

        // RFC 9110 §5.6.7: up to 23:59:60, a leap second. Like POSIX, it is the same instant here as the second after it.
        bool isLeapSecond = hour == 23 && minute == 59 && second == 60;
        if (second > 59 && !isLeapSecond) return false;

        DateTime midnight = new(year, month, day, 0, 0, 0, DateTimeKind.Utc);
        if ((int)midnight.DayOfWeek != dayName) return false;

        long ticks = midnight.Ticks + (((hour * 60L) + minute) * 60 + second) * TimeSpan.TicksPerSecond;
        if (ticks > DateTime.MaxValue.Ticks) return false;

        date = new DateTimeOffset(ticks, TimeSpan.Zero);
        return true;
    }

    /// <summary>The number that digits make; -1 if there is anything else.</summary>
    private static int Digits(ReadOnlySpan<byte> text)
    {
        int number = 0;
        foreach (byte digit in text)
        {
            if (!Protocol.Grammar.IsDigit(digit)) return -1;
            number = number * 10 + (digit - '0');
        }

        return number;
    }

    /// <summary>From 1 for Jan; -1 for none.</summary>
    private static int Month(ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> names = "JanFebMarAprMayJunJulAugSepOctNovDec"u8;
        for (int month = 1; month <= 12; month++)
        {
            if (name.SequenceEqual(names.Slice((month - 1) * 3, 3))) return month;
        }

        return -1;
    }

    /// <summary>As <see cref="DayOfWeek"/> counts; -1 for none.</summary>
    private static int ShortDayName(ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> names = "SunMonTueWedThuFriSat"u8;
        for (int day = 0; day < 7; day++)
        {
            if (name.SequenceEqual(names.Slice(day * 3, 3))) return day;
        }

        return -1;
    }

    private static int LongDayName(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("Sunday"u8)) return 0;
        if (name.SequenceEqual("Monday"u8)) return 1;
        if (name.SequenceEqual("Tuesday"u8)) return 2;
        if (name.SequenceEqual("Wednesday"u8)) return 3;
        if (name.SequenceEqual("Thursday"u8)) return 4;
        if (name.SequenceEqual("Friday"u8)) return 5;
        return name.SequenceEqual("Saturday"u8) ? 6 : -1;
    }
}
