"""Print a child's grades by subject, and what else the school gives marks for."""

from collections import defaultdict

from librus_sdk import FeatureUnavailableError, LibrusSession

with LibrusSession.from_env() as session:
    child = session.list_children()[1]
    client = session.for_child(child)

    by_subject: dict[str, list[str]] = defaultdict(list)
    for grade in client.grades.list():
        if not grade.is_constituent:
            continue  # a mark of a semester or year, or a proposal
        subject = client.lookup.subject(grade.subject)
        category = client.lookup.grade_category(grade.category)
        weight = f" (weight {category.weight})" if category and category.weight is not None else ""
        by_subject[(subject and subject.name) or "?"].append(grade.grade + weight)
    for name in sorted(by_subject)[:4]:
        print(f"{name}: {', '.join(by_subject[name])}")

    try:
        print("Averages:", len(client.grades.averages()))
    except FeatureUnavailableError:
        print("The school shows no averages.")

    print("Behaviour points:")
    for entry in client.grades.behaviour_points()[:3]:
        print(f"  {entry.value:+}  {entry.text}" if entry.value is not None else f"  {entry.text}")

    # Graded skill by skill in classes 1 to 3; in points at some schools. Empty lists elsewhere.
    print("Descriptive grades:", len(client.grades.descriptive()))
    print("Grades in points:", len(client.grades.points()))
