using Pwb.Protocol;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Http;

/// <summary>RFC 9110 §5.6.1: lists, and that they cost next to nothing.</summary>
public sealed class FieldListTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a", "a")]
    [InlineData(" a ,b", "a|b")]
    [InlineData(",a,, \t,b c, ", "a|b c")]
    [InlineData(", ,\t,", "")]
    public void Has_its_members_without_empty_ones(string value, string members)
    {
        List<string> found = [];
        foreach (ReadOnlySpan<byte> member in new FieldList(Latin1.Bytes(value))) found.Add(Latin1.Text(member));

        string.Join('|', found).Should().Be(members);
    }

    [Theory]
    [InlineData(64, false)]
    [InlineData(65, true)]
    [InlineData(8000, true)]
    public void Ends_after_so_many_members(int count, bool isCutShort)
    {
        var list = new FieldList(Latin1.Bytes(string.Join(",", Enumerable.Repeat("a", count)) + ", ,"));
        int members = 0;
        while (list.MoveNext()) members++;

        members.Should().Be(Math.Min(count, FieldList.MaxMembers));
        list.IsCutShort.Should().Be(isCutShort);
    }

    [Fact]
    public void Passes_over_thousands_of_empty_members_in_one_step()
    {
        var list = new FieldList(Latin1.Bytes(new string(',', 8000) + "gzip"));

        list.MoveNext().Should().BeTrue();
        Latin1.Text(list.Current).Should().Be("gzip");
        list.MoveNext().Should().BeFalse();
    }
}
